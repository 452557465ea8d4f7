/**
 * The answer of a batch as tRPC's JSON lines, PROTOCOL.md P2.17: a line that says which calls there are, then one for each call, in the order
 * in which they end. A value is `[[VALUE]]`, and `[[0],[null,0,CHUNK]]` one that a later line `[CHUNK,0,[[VALUE]]]` brings:
 * https://github.com/trpc/trpc/blob/main/packages/server/src/unstable-core-do-not-import/stream/jsonl.ts
 */

import type { Item } from './large-results.js';
import type { RestRequest } from './rest-event.js';

/** Of answers in lines. */
export const LINES_TYPE = 'application/jsonl';

/** Whether the caller reads lines. `accept` is what needs no preflight. */
export function asksForLines(request: RestRequest): boolean {
  const accepted = request.header('trpc-accept') ?? request.header('accept') ?? '';
  return accepted.split(',').some((type) => type.trim() === LINES_TYPE);
}

/** Writes each call's line when it has ended. @param items none of them rejects */
export async function writeLines(send: (line: string) => void, items: readonly Promise<Item>[]): Promise<void> {
  send(firstLine(items.length));
  await Promise.all(items.map(async (item, at) => send(itemLine(at, (await item).text))));
}

/** The lines of calls that have all ended. */
export function allLines(items: readonly Item[]): string {
  return firstLine(items.length) + items.map(({ text }, at) => itemLine(at, text)).join('');
}

/** Every call is answered later. */
function firstLine(count: number): string {
  const calls = Array.from({ length: count }, (_, at) => `"${at}":[[0],[null,0,${at}]]`);
  return `{${calls.join(',')}}\n`;
}

function itemLine(at: number, item: string): string {
  return `[${at},0,[[${item}]]]\n`;
}
