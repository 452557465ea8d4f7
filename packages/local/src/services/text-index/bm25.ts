/**
 * Lucene's BM25, k1 1.2 and b 0.75, with its lossy length of fields: from 40 terms on a length keeps four significant bits.
 * https://lucene.apache.org/core/9_12_0/core/org/apache/lucene/search/similarities/BM25Similarity.html
 */

const K1 = 1.2;
const B = 0.75;

/** What a field is like as a whole. */
export interface FieldStatistics {
  /** Documents that have the field. */
  readonly documents: number;
  /** Terms of the field in all of them. */
  readonly terms: number;
}

/** How rare a term is: `ln(1 + (N - n + 0.5) / (n + 0.5))`. */
export function inverseDocumentFrequency(documents: number, documentsWithTerm: number): number {
  return Math.log(1 + (documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));
}

/** What a term's frequency in a field of `length` terms counts: between 0 and 1. Without statistics the length does not matter. */
export function termWeight(frequency: number, length: number, statistics?: FieldStatistics): number {
  if (statistics === undefined) return frequency / (frequency + K1);
  const average = statistics.terms / statistics.documents;
  return frequency / (frequency + K1 * (1 - B + (B * storedLength(length)) / average));
}

/** A length as Lucene keeps it in one byte: exact below 40. `SmallFloat.intToByte4` and back. */
export function storedLength(length: number): number {
  if (length < EXACT) return length;
  const rest = length - EXACT;
  const shift = Math.max(0, 32 - Math.clz32(rest) - 4);
  return EXACT + ((rest >>> shift) << shift);
}

const EXACT = 24;
