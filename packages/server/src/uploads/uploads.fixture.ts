/** A bucket in memory, of which uploads in one request need a part, and what runs a service's procedures with it. */

import { GatewayError } from '@org/gateway-core/errors';
import { contextFactory } from '../execute/create-context.js';
import { execute } from '../execute/executor.js';
import type { Implementation } from '../execute/handler-types.js';
import type { BucketClient, ObjectInfo } from '../service/bucket.js';
import { createLogger } from '../telemetry/logger.js';

const NOW_MS = 1_700_000_000_123;

export function memoryObjects() {
  const objects = new Map<string, ObjectInfo & { readonly body: Uint8Array }>();
  const client: Pick<BucketClient, 'get' | 'head' | 'put' | 'delete' | 'presignPut'> = {
    get: async (key) => objects.get(key),
    head: async (key) => objects.get(key),
    put: async (key, content, { contentType }) => {
      const body = Buffer.from(content);
      objects.set(key, { key, bytes: body.length, contentType, etag: '"e"', modifiedAtMs: NOW_MS, metadata: {}, body });
    },
    delete: async (key) => void objects.delete(key),
    presignPut: async (key) => ({ url: `https://bucket.example/${key}`, headers: {}, expiresAtMs: NOW_MS + 600_000 }),
  };
  return { objects, client };
}

/** Calls a procedure; rejects with what it ended in. */
export function executor(implementation: Implementation, clients: Readonly<Record<string, unknown>>) {
  const contextOf = contextFactory({
    implementation,
    clients,
    publish: () => Promise.reject(new Error('nothing is published here')),
    connectionOf: () => Promise.reject(new Error('no socket here')),
    allowedOrigin: '*',
    now: () => NOW_MS,
    log: createLogger({}, () => undefined),
  });
  return async (procedure: string, input: unknown): Promise<unknown> => {
    const call = { procedure, input, kind: implementation.declaration.service.procedures[procedure]?.kind ?? 'query' };
    const outcome = await execute(implementation, call, contextOf({ user: null, requestId: 'r1' }));
    if (outcome.ok) return outcome.data;
    const { code, message, ...more } = outcome.error;
    throw new GatewayError(code, message, more);
  };
}
