/**
 * Messages that are too large for a frame: in parts, and beyond eight parts by reference to where they are stored. Few programs need it, so
 * it is loaded when the first such message comes or goes, and imports nothing of the rest that a bundler would have to put into
 * another file. PROTOCOL.md P3.26 and P3.27.
 */

import { MAX_PARTS, partFrames } from '@org/gateway-core/parts';
import type { UploadPlace } from '@org/gateway-core/protocol';
import type { Fetch } from '../options.js';
import type { Passenger } from './link.js';

/** Messages that are being put together at a time, and characters of their parts; the oldest is given up first. */
const MAX_UNFINISHED = 16;
const MAX_UNFINISHED_LENGTH = 4_000_000;

/** Parts that are not complete by then are forgotten. PROTOCOL.md P3.26. */
const PART_LIFE_MS = 60_000;

/** What may be stored and referred to by a client. PROTOCOL.md P3.27. */
const MAX_REFERENCE_BYTES = 6 * 1_024 * 1_024;

/** What they need of the link. */
export interface LargeMessageOwner {
  now(): number;
  readonly fetch: Fetch | undefined;
  /** Sends a text as one frame. */
  send(text: string): void;
  /** Asks the gateway itself. */
  ask(method: string, params: object, receive: Passenger['receive']): void;
  /** Takes a message as if it had come as a frame. */
  accept(text: string): void;
}

/** Those of one connection. */
export interface LargeMessages {
  /** Reads a part or a reference. What is malformed, or not what was announced, answers nothing. */
  read(method: string, params: unknown): void;
  /**
   * Sends a message to a service; no other on the connection has its name.
   *
   * @throws RangeError beyond 6 MB
   * @throws Error when it cannot be stored
   */
  write(svc: string, name: string, text: string): Promise<void>;
}

interface Unfinished {
  readonly atMs: number;
  readonly parts: (string | undefined)[];
}

const utf8 = new TextEncoder();

/** Of one connection. */
export function largeMessages({ now, fetch = globalThis.fetch, send, ask, accept }: LargeMessageOwner): LargeMessages {
  const unfinished = new Map<string, Unfinished>();

  const takePart = ({ k, i, n, d }: Readonly<Record<string, unknown>>) => {
    if (typeof k !== 'string' || typeof d !== 'string' || !isCount(n, 2, MAX_PARTS) || !isCount(i, 0, n - 1)) return;
    const { parts } = unfinished.get(k) ?? { parts: Array.from<undefined>({ length: n }) };
    if (i < parts.length) parts[i] = d;
    if (!parts.includes(undefined)) {
      unfinished.delete(k);
      return accept(parts.join(''));
    }
    if (!unfinished.has(k)) unfinished.set(k, { atMs: now(), parts });
    let length = 0;
    // From the newest on, as many as there is room for.
    for (const [number, [key, { atMs, parts: kept }]] of [...unfinished].reverse().entries()) {
      length += kept.reduce((sum, part) => sum + (part?.length ?? 0), 0);
      if (number >= MAX_UNFINISHED || length > MAX_UNFINISHED_LENGTH || now() - atMs > PART_LIFE_MS) unfinished.delete(key);
    }
  };
  /** Asks where to put a message. */
  const place = (about: object) =>
    new Promise<UploadPlace>((resolve, reject) => {
      ask('gw.upload', about, ({ result, error }, lost) => {
        if (result) resolve(result.data as UploadPlace);
        else reject(new Error(error?.message ?? lost));
      });
    });
  const store = async (svc: string, text: string) => {
    const body = utf8.encode(text);
    const { hexHash } = await import('../meaning.js');
    const about = { bytes: body.length, sha256: await hexHash(body) };
    if (about.bytes > MAX_REFERENCE_BYTES) {
      throw new RangeError(`it has ${about.bytes} bytes, expected at most ${MAX_REFERENCE_BYTES}`);
    }
    const { url, headers, key } = await place(about);
    const { ok, status } = await fetch(url, { method: 'PUT', headers, body });
    if (!ok) throw new Error(`storing it was answered with status ${status}`);
    send(JSON.stringify({ id: null, method: 'gw.ref', svc, params: { key, ...about } }));
  };

  return {
    read(method, params) {
      const fields = (params ?? {}) as Readonly<Record<string, unknown>>;
      if (method === 'gw.part') takePart(fields);
      // What cannot be fetched is missing, as if its frame had been lost.
      else import('../meaning.js').then(({ fetchReference }) => fetchReference(fields, fetch)).then(accept, () => {});
    },
    async write(svc, name, text) {
      const frames = partFrames(name, text, svc);
      if (!frames) return store(svc, text);
      for (const frame of frames) send(frame);
    },
  };
}

const isCount = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
