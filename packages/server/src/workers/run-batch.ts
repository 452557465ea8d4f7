/**
 * The records of one invocation: those of a lane one after the other, lanes in parallel. A lane stops at its first failure, so that order
 * survives a repetition; what did not succeed is reported and comes again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and services-ddb-batchfailurereporting.html
 */

import { forEachParallel } from '../topics/parallel.js';

export interface BatchRecord {
  /** What Lambda is told of a failure. */
  readonly id: string;
  /** Records of one lane stay in order. */
  readonly lane: string;
  /** Rejects when the record is to come again. */
  run(): Promise<void>;
}

export interface BatchOptions {
  /** After a failure begin nothing more in any lane: everything behind it will come again anyway. @default false */
  readonly stopsAll?: boolean;
  /** Told of every failure. */
  readonly failed: (record: BatchRecord, cause: unknown) => void;
}

/** Lambda's answer to a batch. */
export interface BatchResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Lanes at a time: a record mostly waits for AWS. */
const MAX_LANES = 10;

/** The records that did not succeed, in the order of the batch. */
export async function runBatch(
  records: readonly BatchRecord[],
  { stopsAll = false, failed }: BatchOptions,
): Promise<readonly BatchRecord[]> {
  const lanes = new Map<string, BatchRecord[]>();
  for (const record of records) lanes.set(record.lane, [...(lanes.get(record.lane) ?? []), record]);
  const done = new Set<BatchRecord>();
  let stopped = false;
  await forEachParallel(lanes.values(), MAX_LANES, async (lane) => {
    for (const record of lane) {
      if (stopped) return;
      try {
        await record.run();
        done.add(record);
      } catch (cause) {
        failed(record, cause);
        stopped = stopsAll;
        return;
      }
    }
  });
  return records.filter((record) => !done.has(record));
}

/** Lambda's answer for these failures. */
export function batchResult(failures: readonly BatchRecord[]): BatchResult {
  return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
}
