/**
 * One upload under way: asks the gateway where to send what, sends it, and has it checked.
 */

import type { SignedPut, UploadedFile } from '@org/gateway-core';
import { systemClock } from '../clock.js';
import { repeat } from './repeat.js';
import { runParts } from './run-parts.js';
import { sendBytes } from './send-bytes.js';
import type { Source } from './source.js';
import { mayPass, type ResumeToken } from './upload-error.js';
import type { UploaderOptions, UploadOptions, UploadService } from './upload-options.js';

/** How long an upload that was aborted waits for what arrived to be removed; if that fails, the service does it after a week. */
const CLEAN_UP_MS = 5_000;

export interface UploadRunOptions {
  readonly service: UploadService;
  readonly source: Source;
  readonly own: UploadOptions;
  readonly options: UploaderOptions;
}

/** One upload. Its steps throw what went wrong in them. */
export interface UploadRun {
  readonly signal: AbortSignal;
  /** Set as soon as parts can be resumed. */
  resumeFrom(): ResumeToken | undefined;
  inOneRequest(): Promise<UploadedFile>;
  inParts(): Promise<UploadedFile>;
  /** Removes what arrived. It never fails. */
  cleanUp(): Promise<void>;
}

/** How the file is cut, and what of it has arrived: the parts by number, with their checksums where there are some. */
interface Plan {
  readonly key: string;
  readonly partBytes: number;
  readonly parts: number;
  readonly arrived: ReadonlyMap<number, string | undefined>;
}

/** Nothing is sent yet. */
export function uploadRun({ service, source, own, options }: UploadRunOptions): UploadRun {
  const { concurrency = 3, attempts = 4, fetch, clock = systemClock, random = Math.random } = options;
  const { name, contentType, bytes: totalBytes } = source;
  const { onProgress, signal = new AbortController().signal } = own;
  const sent = new Map<number, number>();
  let { resumeFrom } = own;
  /** What is to be given up when it is aborted. */
  let begun = resumeFrom?.key;

  const report = () => {
    const sentBytes = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    onProgress?.({ sentBytes, totalBytes, resumeFrom });
  };
  const onSent = (part: number, bytes: number) => {
    sent.set(part, bytes);
    report();
  };
  const insist = <TResult>(run: () => Promise<TResult>, until = signal) =>
    repeat(run, { attempts, clock, random, mayRepeat: mayPass, signal: until });
  const send = (part: number, place: SignedPut, body: Uint8Array<ArrayBuffer>, until: AbortSignal) => {
    onSent(part, 0);
    return sendBytes(place, body, { signal: until, fetch, clock, onSent: (bytes) => onSent(part, bytes) });
  };
  /** Signed anew each time: a URL is good for ten minutes. */
  const sendPart = async (key: string, part: number, body: Uint8Array<ArrayBuffer>, stop: AbortSignal, sha256: string | undefined) => {
    const checksum = sha256 === undefined ? {} : { sha256: [sha256] };
    const { parts } = await service.signParts.query({ key, part: [part], ...checksum }, { signal: stop });
    const [place] = parts as [(typeof parts)[number]];
    if (place.bytes !== body.length) {
      throw new TypeError(`part ${part} has ${body.length} bytes, and ${place.bytes} in the upload: go on with the file it was begun with`);
    }
    await send(part, place, body, stop);
  };
  const begin = async (): Promise<Plan> => {
    const plan = await service.beginUpload.mutate({ name, contentType, bytes: totalBytes, checksums: hasHashes() });
    return { ...plan, arrived: new Map() };
  };
  const found = async (key: string): Promise<Plan> => {
    try {
      const { partBytes, parts, arrived, sha256 } = await insist(() => service.listParts.query({ key }, { signal }));
      return { key, partBytes, parts, arrived: new Map(arrived.map((part, at) => [part, sha256?.[at]])) };
    } catch (cause) {
      // There is no such upload: when it was completed and its answer was lost, completing it again answers the file.
      if ((cause as { readonly error?: unknown }).error !== 'NOT_FOUND') throw cause;
      return { key, partBytes: totalBytes, parts: 0, arrived: new Map() };
    }
  };

  return {
    signal,
    resumeFrom: () => resumeFrom,
    async inOneRequest() {
      const body = await source.read(0, totalBytes);
      signal.throwIfAborted();
      // Never aborted, so that its key is known.
      const { key, ...place } = await service.upload.mutate({ name, contentType, bytes: totalBytes, sha256: await hashOf(body) });
      begun = key;
      await insist(() => send(1, place, body, signal));
      return insist(() => service.uploaded.mutate({ key }, { signal }));
    },
    async inParts() {
      signal.throwIfAborted();
      const { key, partBytes, parts, arrived } = await (resumeFrom ? found(resumeFrom.key) : begin());
      begun = key;
      resumeFrom = { key };
      report();
      await runParts({
        parts,
        concurrency,
        signal,
        send: async (part, stop) => {
          const from = (part - 1) * partBytes;
          const body = await source.read(from, Math.min(from + partBytes, totalBytes));
          const sha256 = await hashOf(body);
          // Of a part without a checksum its size is all that is known.
          if (arrived.has(part) && (arrived.get(part) ?? sha256) === sha256) onSent(part, body.length);
          else await insist(() => sendPart(key, part, body, stop, sha256), stop);
        },
      });
      return insist(() => service.completeUpload.mutate({ key }, { signal }));
    },
    async cleanUp() {
      if (begun === undefined) return;
      await service.abortUpload.mutate({ key: begun }, { timeoutMs: CLEAN_UP_MS }).catch(() => undefined);
    },
  };
}

/** Pages that are not secure have no hashes: the bucket then checks nothing but the size. */
function hasHashes(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

/** SHA-256 in base64, as S3 has it. */
async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!hasHashes()) return undefined;
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
}
