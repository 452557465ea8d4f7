/**
 * `BucketClient` in memory, for tests of handlers. Signed URLs are `https://bucket/{key}` with what was signed in the query string. Nobody
 * answers there: a test puts the object or the part itself.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BucketClient, ObjectInfo, ObjectOptions } from '@org/gateway-server/service';
import { type MemoryUploads, memoryUploads } from './memory-uploads.fixture.js';

export type StoredObject = ObjectInfo & { readonly body: Uint8Array };

export interface MemoryBucket extends BucketClient {
  readonly objects: Map<string, StoredObject>;
  /** Uploads in parts under way; a test lets parts arrive. */
  readonly uploads: MemoryUploads;
}

/** An empty bucket. */
export function memoryBucket(now: () => number): MemoryBucket {
  const objects = new Map<string, StoredObject>();
  const sign = (key: string, expiresInSeconds: number, signed: Readonly<Record<string, string>>) => ({
    url: `https://bucket/${key}?${new URLSearchParams(signed)}`,
    expiresAtMs: now() + expiresInSeconds * 1_000,
  });
  const store = (key: string, body: Uint8Array, { contentType, metadata = {} }: ObjectOptions) => {
    objects.set(key, { key, bytes: body.byteLength, contentType, etag: '"etag"', modifiedAtMs: now(), metadata, body });
  };
  const uploads = memoryUploads(store);
  return {
    objects,
    uploads,
    get: async (key) => objects.get(key),
    getRange: async (key, range) => rangeOf(objects.get(key), range),
    head: async (key) => {
      const { body: _body, ...info } = objects.get(key) ?? { body: undefined };
      return objects.has(key) ? (info as ObjectInfo) : undefined;
    },
    list: async ({ under = '', limit = 1_000, cursor = '' } = {}) => {
      const found = [...objects.values()]
        .filter(({ key }) => key.startsWith(under) && key > cursor)
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      const shown = found.slice(0, limit).map(({ key, bytes, etag, modifiedAtMs }) => ({ key, bytes, etag, modifiedAtMs }));
      return { objects: shown, cursor: found.length > limit ? (shown.at(-1)?.key ?? null) : null };
    },
    put: async (key, content, options) => store(key, typeof content === 'string' ? new TextEncoder().encode(content) : content, options),
    delete: async (key) => {
      objects.delete(key);
    },
    presignGet: async (key, { expiresInSeconds, downloadAs = '' }) => ({ ...sign(key, expiresInSeconds, { downloadAs }), headers: {} }),
    presignPut: async (key, { contentType, bytes, expiresInSeconds, sha256 }) => ({
      ...sign(key, expiresInSeconds, { contentType, bytes: String(bytes) }),
      headers: { 'content-type': contentType, ...(sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256 }) },
    }),
    presignPost: async (key, { contentType, maxBytes, expiresInSeconds }) => ({
      ...sign(key, expiresInSeconds, {}),
      fields: { key, 'Content-Type': contentType, policy: `up to ${maxBytes}` },
    }),
    createUpload: async (key, options) => uploads.create(key, options),
    presignPart: async (key, { uploadId, partNumber, bytes, expiresInSeconds, sha256 }) => ({
      ...sign(key, expiresInSeconds, { uploadId, partNumber: String(partNumber), bytes: String(bytes) }),
      headers: sha256 === undefined ? {} : { 'x-amz-checksum-sha256': sha256 },
    }),
    listParts: async (_key, uploadId) => uploads.parts(uploadId),
    completeUpload: async (_key, uploadId, parts) => uploads.complete(uploadId, parts),
    abortUpload: async (_key, uploadId) => uploads.abort(uploadId),
  };
}

function rangeOf(
  object: StoredObject | undefined,
  { from, to }: { readonly from: number; readonly to?: number },
): StoredObject | undefined {
  if (object === undefined) return undefined;
  if (from >= object.bytes) throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] the range begins at ${from}, behind the end`);
  return { ...object, body: object.body.slice(from, to === undefined ? undefined : to + 1) };
}
