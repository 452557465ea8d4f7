/**
 * What an answer or an event stands for that is not just its data: it was too large and refers to where it is, or has texts for what JSON
 * has no form for. Few programs need it, so it is loaded when the first of them comes. PROTOCOL.md P2.14, P2.16 and P3.27.
 */

import { revive, type WirePath } from '@org/gateway-core/wire-value';
import type { Fetch } from './options.js';

/** What is fetched at most; no server of this protocol refers to more. */
const MAX_REFERENCE_BYTES = 52_428_800;

/** What came. */
export interface Given {
  readonly data?: unknown;
  /** Where in it texts stand for what JSON has no form for. */
  readonly codecs?: readonly WirePath[] | undefined;
  /** Where it is, instead of `data`. */
  readonly ref?: unknown;
}

/** What it stands for. Rejects like `fetchReference`, and for what is no JSON. */
export async function meaningOf({ data, codecs, ref }: Given, fetch: Fetch | undefined): Promise<unknown> {
  return revive(ref ? JSON.parse(await fetchReference(ref, fetch)) : data, codecs);
}

/** The text that a reference is about. Rejects for one that is malformed, not to be had, or not what was announced. */
export async function fetchReference(reference: unknown, fetch: Fetch = globalThis.fetch): Promise<string> {
  const { url, bytes, sha256 } = (reference ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof url !== 'string' || !((bytes as number) > 0 && (bytes as number) <= MAX_REFERENCE_BYTES)) {
    throw new TypeError('a reference is malformed');
  }
  const response = await fetch(url, {});
  const body = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) throw new Error(`it was answered with status ${response.status}`);
  if (body.length !== bytes || (await hexHash(body)) !== sha256) throw new Error('it is not what was announced');
  return new TextDecoder().decode(body);
}

/** SHA-256 as hexadecimal digits. */
export async function hexHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
