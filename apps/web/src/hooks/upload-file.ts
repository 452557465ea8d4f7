/**
 * Uploads a file straight to the bucket: a small one in one request, a larger one in parts that can be resumed. What arrived is then checked
 * by the gateway.
 */

import { type GatewayClient, isGatewayError } from '@org/gateway-client';
import { runParts } from '../model/run-parts.js';
import { mediaTypeOf, ONE_REQUEST_BYTES } from '../model/upload-limits.js';
import { partRange } from '../model/uploads.js';
import { ConnectionLost, sendBlob } from './send-blob.js';

const PARTS_AT_A_TIME = 3;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 400;

/** An upload in parts that has begun: with it, another run sends what is missing. */
export interface BegunUpload {
  readonly key: string;
}

export interface UploadHooks {
  /** An upload in parts has begun. */
  readonly onBegun: (upload: BegunUpload) => void;
  /** Bytes of a part that have left. */
  readonly onSent: (part: number, bytes: number) => void;
  /** Everything has left; the gateway checks it. */
  readonly onFinishing: () => void;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the file is there.
 *
 * @param begun of a run before, to go on with
 * @throws GatewayError, ConnectionLost, Error when the bucket refuses it, or the signal's reason.
 */
export async function uploadFile(gateway: GatewayClient, file: File, begun: BegunUpload | undefined, hooks: UploadHooks): Promise<void> {
  if (file.size <= ONE_REQUEST_BYTES) return uploadWhole(gateway, file, hooks);
  const missing = begun === undefined ? await begin(gateway, file, hooks) : await resume(gateway, file, begun, hooks);
  await sendParts(gateway, file, missing, hooks);
  hooks.onFinishing();
  await gateway.files.completeUpload.mutate({ key: missing.key }, { signal: hooks.signal });
}

/** Whether going on later may help: the connection was lost, to the bucket or to the gateway. */
export function isConnectionLost(failure: unknown): boolean {
  return failure instanceof ConnectionLost || (isGatewayError(failure) && failure.code === 'NETWORK_ERROR');
}

async function uploadWhole(gateway: GatewayClient, file: File, { onSent, onFinishing, signal }: UploadHooks): Promise<void> {
  const about = { name: file.name, contentType: mediaTypeOf(file.type), bytes: file.size };
  const { key, ...request } = await gateway.files.upload.mutate(about, { signal });
  await sendBlob(request, file, { onSent: (bytes) => onSent(1, bytes), signal });
  onFinishing();
  await gateway.files.uploaded.mutate({ key }, { signal });
}

interface Missing {
  readonly key: string;
  readonly partBytes: number;
  readonly parts: readonly number[];
}

async function begin(gateway: GatewayClient, file: File, { onBegun, signal }: UploadHooks): Promise<Missing> {
  const about = { name: file.name, contentType: mediaTypeOf(file.type), bytes: file.size };
  const { key, partBytes, parts } = await gateway.files.beginUpload.mutate(about, { signal });
  onBegun({ key });
  return { key, partBytes, parts: Array.from({ length: parts }, (_, at) => at + 1) };
}

/** What is missing. Nothing is, when there is no such upload any more: then it was completed, and its answer was lost. */
async function resume(gateway: GatewayClient, file: File, { key }: BegunUpload, { onSent, signal }: UploadHooks): Promise<Missing> {
  try {
    const { partBytes, arrived, missing } = await gateway.files.listParts.query({ key }, { signal });
    for (const part of arrived) onSent(part, sizeOf(part, partBytes, file));
    return { key, partBytes, parts: missing };
  } catch (failure) {
    if (!isGatewayError(failure, gateway.files.listParts, 'NOT_FOUND')) throw failure;
    return { key, partBytes: file.size, parts: [] };
  }
}

function sendParts(gateway: GatewayClient, file: File, { key, partBytes, parts }: Missing, { onSent, signal }: UploadHooks): Promise<void> {
  return runParts({
    parts,
    concurrency: PARTS_AT_A_TIME,
    attempts: ATTEMPTS,
    // Signed anew each time: a URL is good for ten minutes.
    send: async (part, stop) => {
      onSent(part, 0);
      const signed = await gateway.files.signParts.query({ key, part: [part] }, { signal: stop });
      const [request] = signed.parts;
      if (request === undefined) throw new Error(`The gateway signed no URL for part ${part}.`);
      const [from, to] = partRange(part, partBytes, file.size);
      await sendBlob(request, file.slice(from, to), { onSent: (bytes) => onSent(part, bytes), signal: stop });
    },
    mayRepeat: (failure) => !(isGatewayError(failure) && (failure.code === 'NOT_FOUND' || failure.code === 'BAD_REQUEST')),
    pause: (attempt) => new Promise((resume) => setTimeout(resume, FIRST_PAUSE_MS * 2 ** (attempt - 1))),
    signal,
  });
}

function sizeOf(part: number, partBytes: number, file: File): number {
  const [from, to] = partRange(part, partBytes, file.size);
  return to - from;
}
