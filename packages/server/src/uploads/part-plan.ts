/**
 * How an upload is cut into parts. S3 takes 10,000 parts of at least 5 MiB, but for the last: S3 user guide, "Multipart upload limits".
 */

const MIB = 1_048_576;
const MIN_PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;

/** The parts of an upload: `count` parts of `bytes`, the last has the rest. */
export interface PartPlan {
  readonly count: number;
  readonly bytes: number;
  /** Bytes of one part, numbered from 1. */
  sizeOf(partNumber: number): number;
}

/** The plan for a file of this size: parts of 8 MiB, or of as many whole MiB as keep their number in bounds. */
export function partPlan(totalBytes: number): PartPlan {
  const bytes = Math.max(MIN_PART_BYTES, Math.ceil(totalBytes / MAX_PARTS / MIB) * MIB);
  const count = Math.ceil(totalBytes / bytes);
  return { count, bytes, sizeOf: (partNumber) => (partNumber < count ? bytes : totalBytes - (count - 1) * bytes) };
}
