/**
 * Headers as they stand on the wire: names in the sender's case, repeats kept, in order. Node's own header object loses all three.
 */
import type { IncomingMessage } from 'node:http';

/** Name and value, in order. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The headers of a request exactly as received. */
export function receivedHeaders(request: IncomingMessage): HeaderList {
  const { rawHeaders } = request;
  return Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => [rawHeaders[2 * index] ?? '', rawHeaders[2 * index + 1] ?? ''] as const,
  );
}

/** The last value of a header, in any case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.findLast(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

/** Single-value map: the last value of each name, under the first spelling of the name. */
export function lastValues(pairs: HeaderList, fold: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(allValues(pairs, fold)).map(([name, values]) => [name, values.at(-1) ?? '']));
}

/** Multi-value map: every value of each name in order, under the first spelling of the name. `fold` says which names are the same. */
export function allValues(pairs: HeaderList, fold: (name: string) => string): Record<string, string[]> {
  const groups = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const [name, value] of pairs) {
    const group = groups.get(fold(name)) ?? { name, values: [] };
    group.values.push(value);
    groups.set(fold(name), group);
  }
  return Object.fromEntries([...groups.values()].map(({ name, values }) => [name, values]));
}

/** Total bytes of the header section as sent, for the 10,240 byte limit. */
export function headerBytes(headers: HeaderList): number {
  return headers.reduce((total, [name, value]) => total + Buffer.byteLength(name) + Buffer.byteLength(value) + 4, 0);
}
