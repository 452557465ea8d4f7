/**
 * Sends calls on tRPC's HTTP wire and settles each with its part of the answer. What does not fit into one request travels in two; a
 * batch of one travels without the batch parameter. The request is aborted only when every call in it has ended. PROTOCOL.md section 2.
 */

import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { MAX_BATCH, MAX_URL_LENGTH } from '@org/gateway-core/protocol';
import { type Call, serviceOf } from '../call.js';
import { answerFailure, failure } from '../failure.js';
import type { HttpOptions } from '../options.js';

/** Characters of a batch's body. A larger call travels alone, so that no batch is too large for a Lambda when its calls are not. */
const MAX_BODY_LENGTH = 1_000_000;

interface Item {
  readonly result?: { readonly data?: unknown };
  readonly error?: ErrorShape;
}

/** Sends calls of one service, kind and headers. */
export function sendBatch(calls: readonly Call[], options: HttpOptions): void {
  const { maxUrlLength = MAX_URL_LENGTH } = options;
  const [{ kind, path, json, end }] = calls as [Call];
  const half = calls.length >> 1;
  const service = serviceOf(path);
  const names = calls.map((call) => call.path.slice(service.length + 1));
  const inputs = calls.flatMap((call, position) => (call.json ? `"${position}":${call.json}` : []));
  const body = half ? `{${inputs}}` : json;
  let url = `${options.url.replace(/\/$/, '')}/rpc/${service}/${names}${half ? '?batch=1' : ''}`;
  if (kind === 'query' && body) url += `${half ? '&' : '?'}input=${encodeURIComponent(body)}`;
  const isTooLong = url.length > maxUrlLength;
  if (half && (isTooLong || calls.length > MAX_BATCH || body!.length > MAX_BODY_LENGTH)) {
    sendBatch(calls.slice(0, half), options);
    sendBatch(calls.slice(half), options);
  } else if (isTooLong) {
    end(failure('PAYLOAD_TOO_LARGE', path, `makes a URL of ${url.length} characters, expected at most ${maxUrlLength}`));
  } else void request(calls, url, kind === 'query' ? {} : { method: 'POST', body: body ?? null }, options);
}

/** Never throws: each call learns of its failure. */
async function request(calls: readonly Call[], url: string, init: RequestInit, options: HttpOptions): Promise<void> {
  const { headers, fetch = globalThis.fetch } = options;
  const controller = new AbortController();
  let open = calls.length;
  for (const call of calls) {
    call.onEnd = () => {
      open -= 1;
      if (!open) controller.abort();
    };
  }
  try {
    init.headers = {
      ...(init.body && { 'content-type': 'application/json' }),
      ...(typeof headers === 'function' ? await headers() : headers),
      ...calls[0]?.headers,
    };
    init.signal = controller.signal;
    const response = await fetch(url, init);
    const text = await response.text();
    // The request is over: calls that end from here on have nothing to abort.
    open = -1;
    settle(calls, response, text);
  } catch (cause) {
    for (const { path, end } of calls) {
      end(cause instanceof GatewayError ? cause : failure('NETWORK_ERROR', path, `got no answer: ${(cause as Error).message}`, { cause }));
    }
  }
}

function settle(calls: readonly Call[], { status, headers }: Response, text: string): void {
  const requestId = headers.get('x-request-id') ?? headers.get('x-amzn-requestid') ?? undefined;
  const got = `status ${status} and "${text.slice(0, 80)}"`;
  let items: (Item & { readonly [position: number]: Item }) | undefined;
  try {
    items = JSON.parse(text);
  } catch {}
  calls.forEach(({ path, end }, position) => {
    const item = items?.[position] ?? items;
    if (item?.result) end(undefined, item.result.data);
    else end(answerFailure(path, item?.error, { got, status, requestId }));
  });
}
