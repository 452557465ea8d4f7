/**
 * Frames as they go over the wire. One text goes to many connections, so what was made of the last texts is kept: who sends the same
 * string again pays neither for its encoding nor for its hash.
 */

import { hash } from 'node:crypto';

export interface Payload {
  readonly bytes: number;
  /** The text's UTF-8, one byte a character: head and body are written together, as `latin1`. */
  readonly binary: string;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** Texts at work at the same time are about as many as connections sent to; a text has 128 KB at most. */
const KEPT = 32;

/** Makes payloads, and keeps the last 32. */
export function createPayloads(): (text: string) => Payload {
  const kept = new Map<string, Payload>();
  let last: { readonly text: string; readonly payload: Payload } | undefined;
  return (text) => {
    if (last?.text === text) return last.payload;
    const payload = kept.get(text) ?? makePayload(text);
    kept.delete(text);
    kept.set(text, payload);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
    last = { text, payload };
    return payload;
  };
}

/** A payload of its own. */
export function makePayload(text: string): Payload {
  const bytes = Buffer.from(text);
  return { bytes: bytes.length, binary: bytes.toString('latin1'), hash: hash('sha256', bytes, 'hex') };
}
