/**
 * Sends calls on tRPC's HTTP wire and settles each with its part of the answer. What does not fit into one request travels in two; a
 * batch of one travels without the batch parameter. The request is aborted only when every call in it has ended. PROTOCOL.md section 2.
 */

import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { MAX_BATCH, MAX_URL_LENGTH } from '@org/gateway-core/protocol';
import type { Call } from '../call.js';
import { answerFailure, failure } from '../failure.js';
import { readJson } from '../json.js';
import type { HttpOptions } from '../options.js';
import { MAX_BODY_LENGTH } from './limits.js';

interface Item {
  readonly result?: { readonly data?: unknown; readonly ref?: unknown };
  readonly error?: ErrorShape;
}

/** Sends calls of one service, kind and headers. */
export function sendBatch(calls: readonly Call[], options: HttpOptions): void {
  const { maxUrlLength = MAX_URL_LENGTH } = options;
  const [{ kind, path, json, end }] = calls as [Call];
  const half = calls.length >> 1;
  const service = path.split('.')[0];
  const names = calls.map((call) => call.path.split('.')[1]);
  const inputs = calls.flatMap((call, position) => (call.json ? `"${position}":${call.json}` : []));
  const body = half ? `{${inputs}}` : json;
  const isQuery = kind === 'query';
  let url = `${options.url.replace(/\/$/, '')}/rpc/${service}/${names}${half ? '?batch=1' : ''}`;
  if (isQuery && body) url += `${half ? '&' : '?'}input=${encodeURIComponent(body)}`;
  const isTooLong = url.length > maxUrlLength;
  if (half && (isTooLong || calls.length > MAX_BATCH || body!.length > MAX_BODY_LENGTH)) {
    sendBatch(calls.slice(0, half), options);
    sendBatch(calls.slice(half), options);
  } else if (isTooLong) {
    end(failure('PAYLOAD_TOO_LARGE', path, `makes a URL of ${url.length} characters, expected at most ${maxUrlLength}`));
  } else void request(calls, url, isQuery ? {} : { method: 'POST', body: body ?? null }, options);
}

/** Never throws: each call learns of its failure. */
async function request(
  calls: readonly Call[],
  url: string,
  init: RequestInit,
  { headers, fetch: send = fetch }: HttpOptions,
): Promise<void> {
  const controller = new AbortController();
  for (const call of calls) {
    // An answer ends them all too; there is nothing left to abort then.
    call.onEnd = () => {
      if (calls.every((other) => other.ended)) controller.abort();
    };
  }
  try {
    const response = await send(url, {
      ...init,
      headers: {
        // Follows references. PROTOCOL.md P2.14.
        accept: 'application/json;gw=2',
        ...(init.body && { 'content-type': 'application/json' }),
        ...(typeof headers === 'function' ? await headers() : headers),
        ...calls[0]?.headers,
      },
      signal: controller.signal,
    });
    const text = await response.text();
    const requestId = response.headers.get('x-request-id') ?? response.headers.get('x-amzn-requestid') ?? undefined;
    const got = `status ${response.status} and "${text.slice(0, 80)}"`;
    const items = readJson(text) as (Item & { readonly [position: number]: Item }) | null | undefined;
    const answer = async ({ path, end }: Call, position: number) => {
      const { result, error } = items?.[position] ?? items ?? {};
      if (!result) end(answerFailure(path, error, { got, status: response.status, requestId }));
      else if (!result.ref) end(result.data);
      else end(JSON.parse(await (await import('../fetch-reference.js')).fetchReference(result.ref, send)));
    };
    await Promise.all(calls.map(answer));
  } catch (cause) {
    for (const { path, end } of calls) {
      end(cause instanceof GatewayError ? cause : failure('NETWORK_ERROR', path, `got no answer: ${(cause as Error)?.message}`, { cause }));
    }
  }
}
