/**
 * Reads `/rpc/{service}/{procedure[,procedure…]}` in tRPC's HTTP wire (PROTOCOL.md section 2): which procedures, and each one's input.
 */

import type { AnyProcedure } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { MAX_BATCH } from '@org/gateway-core/protocol';
import { bodyJson, parseJson } from './rest-body.js';
import type { RestRequest } from './rest-event.js';

/** The calls of one request. */
interface RpcNames {
  readonly batched: boolean;
  readonly names: readonly string[];
}

/** Names and batching of a request; the inputs are read later, when the method is known to fit. */
export function rpcNames(request: RestRequest, segment: string): RpcNames {
  const batched = request.query('batch')?.[0] === '1';
  const text = decodeNames(segment);
  const names = batched ? text.split(',') : [text];
  if (names.length <= MAX_BATCH) return { batched, names };
  throw new GatewayError(
    'PAYLOAD_TOO_LARGE',
    `[PAYLOAD_TOO_LARGE] batch of ${names.length} calls, expected at most ${MAX_BATCH}; send several batches`,
  );
}

/**
 * The inputs in the order of the names.
 *
 * @throws GatewayError PARSE_ERROR, BAD_REQUEST or UNSUPPORTED_MEDIA_TYPE: the whole request is unreadable.
 */
export function rpcInputs(request: RestRequest, { batched, names }: RpcNames): readonly unknown[] {
  const value = request.method === 'POST' ? bodyJson(request) : queryInput(request);
  if (!batched) return [value];
  if (value === undefined) return names.map(() => undefined);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError(
      'BAD_REQUEST',
      `[BAD_REQUEST] batch input is ${JSON.stringify(value).slice(0, 40)}, expected an object of inputs by position`,
    );
  }
  return names.map((_, at) => (Object.hasOwn(value, at) ? (value as Readonly<Record<number, unknown>>)[at] : undefined));
}

/** What a request of this method may call: GET and HEAD read, POST writes. */
export function kindOfMethod(method: string): 'query' | 'mutation' | undefined {
  if (method === 'GET' || method === 'HEAD') return 'query';
  return method === 'POST' ? 'mutation' : undefined;
}

/** The `Allow` header of a procedure over RPC. Subscriptions have none over HTTP. */
export function allowOf(procedure: AnyProcedure): string {
  if (procedure.kind === 'query') return 'GET, HEAD, OPTIONS';
  return procedure.kind === 'mutation' ? 'OPTIONS, POST' : 'OPTIONS';
}

function queryInput(request: RestRequest): unknown {
  const text = request.query('input')?.[0];
  return text === undefined || text === '' ? undefined : parseJson(text, 'input');
}

function decodeNames(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new GatewayError('BAD_REQUEST', `[BAD_REQUEST] procedure name is not percent-encoded UTF-8: got "${segment.slice(0, 80)}"`);
  }
}
