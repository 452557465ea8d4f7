/**
 * The form of `weights.json`: one signed byte per label and bucket, in base64, with a scale per label. Buckets that weigh nothing are not in
 * it.
 */
import type { LinearModel } from './regression.js';

/** The parsed file. */
export interface WeightsFile {
  readonly labels: readonly string[];
  readonly temperature: number;
  readonly bias: readonly number[];
  /** What one step of a byte is worth, per label. */
  readonly scales: readonly number[];
  /** Unsigned 16 bit numbers, little-endian, base64. */
  readonly buckets: string;
  /** For every bucket one byte per label, base64. */
  readonly weights: string;
}

/** Buckets that never weigh more than this are chance pairs of words: leaving them out takes off more than half of the file and no accuracy. */
const leastByte = 28;

/** Rounds a model to bytes. */
export function packWeights(model: LinearModel, { labels, temperature }: Pick<WeightsFile, 'labels' | 'temperature'>): WeightsFile {
  const scales = labels.map((_, label) => Math.max(...[...model.weights.values()].map((row) => Math.abs(row[label]!))) / 127);
  const rows = [...model.weights]
    .map(([bucket, row]) => [bucket, labels.map((_, label) => Math.round(row[label]! / scales[label]!))] as const)
    .filter(([, bytes]) => bytes.some((byte) => Math.abs(byte) >= leastByte))
    .sort(([left], [right]) => left - right);
  const buckets = Buffer.alloc(rows.length * 2);
  rows.forEach(([bucket], index) => void buckets.writeUInt16LE(bucket, index * 2));
  return {
    labels,
    temperature,
    bias: [...model.bias].map(rounded),
    scales: scales.map(rounded),
    buckets: buckets.toString('base64'),
    weights: Buffer.from(Int8Array.from(rows.flatMap(([, bytes]) => bytes)).buffer).toString('base64'),
  };
}

/** The text of the file, laid out as the formatter of this repository would. */
export function formatWeights(file: WeightsFile): string {
  const lines = Object.entries(file).map(([name, value]) => `  ${JSON.stringify(name)}: ${inline(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function inline(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);
}

/** The model of a file. */
export function unpackWeights({ labels, bias, scales, buckets, weights }: WeightsFile): LinearModel {
  const [bucketBytes, weightBytes] = [Buffer.from(buckets, 'base64'), Buffer.from(weights, 'base64')];
  const rows = new Map<number, Float64Array>();
  for (let index = 0; index * 2 < bucketBytes.length; index += 1) {
    const row = labels.map((_, label) => weightBytes.readInt8(index * labels.length + label) * scales[label]!);
    rows.set(bucketBytes.readUInt16LE(index * 2), Float64Array.from(row));
  }
  return { weights: rows, bias: Float64Array.from(bias) };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
