/**
 * `BucketClient` in memory, for tests of handlers. Signed URLs are `https://bucket/{key}` with what was signed in the query string. Nobody
 * answers there: a test puts the object itself.
 */

import type { BucketClient, ObjectInfo } from '@org/gateway-server/service';

type StoredObject = ObjectInfo & { readonly body: Uint8Array };

export interface MemoryBucket extends BucketClient {
  readonly objects: Map<string, StoredObject>;
}

/** An empty bucket. */
export function memoryBucket(now: () => number): MemoryBucket {
  const objects = new Map<string, StoredObject>();
  const sign = (key: string, expiresInSeconds: number, signed: Readonly<Record<string, string>>) => ({
    url: `https://bucket/${key}?${new URLSearchParams(signed)}`,
    expiresAtMs: now() + expiresInSeconds * 1_000,
  });
  return {
    objects,
    get: async (key) => objects.get(key),
    head: async (key) => {
      const { body: _body, ...info } = objects.get(key) ?? { body: undefined };
      return objects.has(key) ? (info as ObjectInfo) : undefined;
    },
    put: async (key, content, { contentType, metadata = {} }) => {
      const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      objects.set(key, { key, bytes: body.byteLength, contentType, etag: '"etag"', modifiedAtMs: now(), metadata, body });
    },
    delete: async (key) => {
      objects.delete(key);
    },
    presignGet: async (key, { expiresInSeconds, downloadAs = '' }) => ({ ...sign(key, expiresInSeconds, { downloadAs }), headers: {} }),
    presignPut: async (key, { contentType, bytes, expiresInSeconds }) => ({
      ...sign(key, expiresInSeconds, { contentType, bytes: String(bytes) }),
      headers: { 'content-type': contentType },
    }),
  };
}
