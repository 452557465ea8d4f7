/**
 * Values that JSON has no form for, on the wire as texts: a date as ISO 8601 in UTC, a bigint in digits, bytes in base64 (RFC 4648 section 4).
 * Beside the data it is said where they are, so that a reader that cares makes them what they were. PROTOCOL.md P2.16.
 */

/** What a text stands for: a Date, a bigint, a Uint8Array. */
export type WireKind = 'd' | 'n' | 'b';

/** Where texts of a kind are: keys from the outside in, `null` for every item of a list or field of a record. */
export type WirePath = readonly [kind: WireKind, ...keys: (string | number | null)[]];

/** Data for JSON, and where in it such texts are. */
export interface WireForm {
  readonly data: unknown;
  readonly codecs: readonly WirePath[];
}

/** Writes values as texts, in a copy, and notes each one's place. */
export function wireForm(value: unknown): WireForm {
  const codecs: WirePath[] = [];
  const written = (at: unknown, keys: readonly (string | number)[]): unknown => {
    const [kind, text] = textOf(at) ?? [];
    if (kind) codecs.push([kind, ...keys]);
    if (kind || typeof at !== 'object' || at === null) return kind ? text : at;
    if (Array.isArray(at)) return at.map((item, index) => written(item, [...keys, index]));
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, written(item, [...keys, key])]));
  };
  return { data: written(value, []), codecs };
}

function textOf(value: unknown): readonly [WireKind, string] | undefined {
  if (typeof value === 'bigint') return ['n', `${value}`];
  if (value instanceof Date) return ['d', value.toISOString()];
  if (!(value instanceof Uint8Array)) return undefined;
  let text = '';
  for (const byte of value) text += String.fromCharCode(byte);
  return ['b', btoa(text)];
}

/** Makes the texts at these places what they stand for, in the data itself. What is no text there stays; so does data without places. */
export function revive(data: unknown, codecs: readonly WirePath[] = []): unknown {
  return codecs.reduce((made, [kind, ...keys]) => revived(made, kind, keys), data);
}

function revived(value: unknown, kind: WireKind, [key, ...keys]: readonly (string | number | null)[]): unknown {
  if (key === undefined) return typeof value === 'string' ? valueBehind(kind, value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const name of key === null ? Object.keys(fields) : [`${key}`])
    if (Object.hasOwn(fields, name)) fields[name] = revived(fields[name], kind, keys);
  return value;
}

function valueBehind(kind: WireKind, text: string): unknown {
  switch (kind) {
    case 'd':
      return new Date(text);
    case 'n':
      return BigInt(text);
    case 'b':
      return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    default:
      // A kind of a later version.
      return text satisfies string;
  }
}
