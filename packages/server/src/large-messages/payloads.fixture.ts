/** A payload store on objects in memory, whose URLs are `https://s3.test/{key}`. */

import { createBucketPayloadStore } from './bucket-payload-store.js';
import type { PayloadStore } from './payload-store.js';

export function memoryPayloads(): { readonly store: PayloadStore; readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  let ids = 0;
  const store = createBucketPayloadStore({
    newId: () => `k${++ids}`,
    bucket: {
      get: async (key) => {
        const body = objects.get(key);
        return body && { key, bytes: body.byteLength, contentType: '', etag: '', modifiedAtMs: 0, metadata: {}, body };
      },
      put: async (key, body) => void objects.set(key, Buffer.from(body)),
      presignGet: async (key) => ({ url: `https://s3.test/${key}`, headers: {}, expiresAtMs: 0 }),
      presignPut: async (key) => ({ url: `https://s3.test/${key}`, headers: {}, expiresAtMs: 0 }),
    },
  });
  return { store, objects };
}
