/**
 * Values that JSON has no form for, as texts: a bigint in digits, bytes in base64 (RFC 4648 section 4). A Date has its own `toJSON`.
 * PROTOCOL.md P2.16.
 */

/** The second argument of `JSON.stringify`. A Buffer counts as the bytes that it is, in spite of its `toJSON`. */
export function encodeValue(this: unknown, key: string, json: unknown): unknown {
  const value = (this as Readonly<Record<string, unknown>>)[key];
  if (typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? btoa(value.reduce((text, byte) => text + String.fromCharCode(byte), '')) : json;
}
