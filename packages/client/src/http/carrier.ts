/**
 * Carries calls on tRPC's HTTP wire: those of one synchronous burst in as few requests as `gather.ts` says. It waits for microtasks and no
 * timer, so a lone call leaves at once. A request is aborted when every call in it has ended. What does not fit into one request, and what
 * failed, is the business of `trouble.ts`, which is loaded beside the first request. PROTOCOL.md section 2.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Call } from '../call.js';
import { systemClock } from '../clock.js';
import { endUnanswered, failure } from '../failure.js';
import type { HttpOptions, Token } from '../options.js';
import type { Flight, Items, Sending } from './flight.js';
import { gather } from './gather.js';
import { MAX_BATCH, MAX_BODY_LENGTH, MAX_DEADLINE_MS, MAX_URL_LENGTH } from './limits.js';

/** Takes calls and sends them. Those that end before they are sent are not. @throws TypeError when there is no URL */
export function httpCarrier(options: HttpOptions): (call: Call) => void {
  const { url, auth, maxUrlLength = MAX_URL_LENGTH, clock = systemClock, random, headers: own, streaming } = options;
  if (!url) throw new TypeError(`url is ${url}, expected the API's`);
  const underWay = new Map<unknown, Flight>();
  let burst: Call[] = [];
  let trouble: Promise<typeof import('./trouble.js')> | undefined;

  /** The client's own headers, made anew, and who the caller is; with a token that was refused, another one if there is one. */
  const sign = async (refused?: Token) => {
    const common = typeof own === 'function' ? await own() : own;
    return auth ? (await import('../auth.js')).signed(auth, common, refused) : common;
  };

  /** Sends flights of one service, kind, deadline and headers. Never throws: each flight learns of its failure. */
  const send = async (flights: readonly Flight[], sending: Sending) => {
    const [first] = flights as [Flight];
    const isBatch = flights.length > 1;
    const inputs = flights.flatMap(({ json }, position) => (json ? `"${position}":${json}` : []));
    const body = isBatch ? `{${inputs}}` : first.json;
    const controller = new (options.fetch?.AbortController ?? AbortController)();
    const headers: Record<string, string> = {
      accept: `application/json;gw=2${streaming ? ',application/jsonl' : ''}`,
      ...sending.signed,
      ...first.headers,
    };
    const init: RequestInit = { headers, signal: controller.signal };
    let target = `${url.replace(/\/$/, '')}/rpc/${first.path.split('.')[0]}/${flights.map(({ path }) => path.split('.')[1])}${isBatch ? '?batch=1' : ''}`;
    // A page's query has no header of ours: one would cost it a preflight.
    if (first.kind !== 'query' || !globalThis.location)
      headers['x-deadline-ms'] = `${Math.min(MAX_DEADLINE_MS, first.endsAtMs - clock.now()) | 0}`;
    if (first.kind !== 'query') {
      init.method = 'POST';
      init.body = body as string;
      headers['content-type'] = 'application/json';
      // Of a batch it stands for one key per call, by position: P2.12.
      first.key ??= `${random ? random() : crypto.getRandomValues(new Uint32Array(4))}`;
      if (first.key) headers['idempotency-key'] = first.key;
    } else if (body) target += `${isBatch ? '&' : '?'}input=${encodeURIComponent(body)}`;
    const isMisfit = target.length > maxUrlLength || (isBatch && (flights.length > MAX_BATCH || body!.length > MAX_BODY_LENGTH));
    let open = flights.length;
    let response: Response | undefined;
    let text: string | true | undefined;
    let items: Items;
    let thrown: unknown;
    for (const flight of flights) {
      flight.onOver = () => {
        if (!--open && !items) controller.abort();
      };
    }
    // With the first request, while the network is there and the page's files are: the next deployment may remove them.
    trouble ??= import('./trouble.js');
    const loading = trouble;
    loading.catch(() => {
      trouble = undefined;
    });
    try {
      response = isMisfit ? undefined : await (options.fetch ?? fetch)(target, init);
      text = await (streaming || response?.text());
      items = JSON.parse(text as string);
    } catch (cause) {
      thrown = cause;
    }
    flights.forEach(({ calls, end }, position) => {
      const result = (items?.[position] ?? items)?.result;
      if (result && !(result.codecs ?? result.ref ?? calls.size > 1)) end(result.data);
    });
    if (!open) return;
    try {
      (await loading).handle({
        ...options,
        ...sending,
        clock,
        maxUrlLength,
        flights,
        misfit: isMisfit && target,
        response,
        text,
        items,
        thrown,
        sign,
        send,
        failure,
        GatewayError,
      });
    } catch (cause) {
      endUnanswered(flights, thrown ?? cause);
    }
  };

  const flush = async () => {
    const calls = burst;
    burst = [];
    try {
      const signed = await sign();
      for (const flights of gather(calls, signed, underWay)) send(flights, { signed, attempt: 0 });
    } catch (cause) {
      endUnanswered(calls, cause);
    }
  };

  return (call) => {
    if (burst.push(call) === 1) queueMicrotask(flush);
  };
}
