/**
 * Messages that come in parts, PROTOCOL.md P3.26. Frames of one connection reach functions concurrently and in any order, so parts meet in a
 * store: whoever finds all of them there takes the message, once.
 */

import type { PartFrame } from '@org/gateway-core/protocol';

export type Part = PartFrame['params'];

/** Reads are consistent. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface PartStore {
  /**
   * Keeps a part, and gives the whole text to the one caller who completes it; undefined to all others. The same part again changes
   * nothing. Parts of a message that disagree about their number never complete.
   */
  add(connectionId: string, part: Part): Promise<string | undefined>;
}

/** How long parts wait for the others. */
export const PARTS_KEPT_MS = 60_000;

/** The text of parts that are all there, undefined otherwise. */
export function joined(parts: readonly Part[], count: number): string | undefined {
  const byIndex = new Map(parts.filter(({ n }) => n === count).map(({ i, d }) => [i, d]));
  if (byIndex.size !== count) return undefined;
  return Array.from({ length: count }, (_, i) => byIndex.get(i) ?? '').join('');
}
