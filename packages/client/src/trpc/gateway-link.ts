/**
 * A terminating link for stock `@trpc/client` 11: the same engine as the gateway's own client under another face, so that what is built on
 * tRPC clients (TanStack Query) works on a whole contract. Errors keep tRPC's shape, with `data.error` and `data.details` of declared ones.
 * https://trpc.io/docs/client/links#creating-a-custom-link
 */

import { errorShape, type GatewayError, isErrorCode } from '@org/gateway-core/errors';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import type { TrackedEvent } from '../client-types.js';
import type { ConnectionState } from '../connection-state.js';
import { createEngine } from '../engine.js';
import type { CallOptions, GatewayClientOptions, SubscribeOptions } from '../options.js';

/** What a call may carry in tRPC's context: `client.documents.get.query(input, { context: { gateway: { timeoutMs: 5_000 } } })`. */
export interface GatewayContext {
  readonly gateway?: Omit<CallOptions & SubscribeOptions, 'signal' | 'onStarted'>;
}

/**
 * Makes the link, which must be the last one. The router is the whole contract's: `createTRPCClient<ContractRouter<AppContract>>`.
 *
 * @throws TypeError when `url` is missing
 */
export function gatewayLink<TRouter extends AnyTRPCRouter>(options: GatewayClientOptions): TRPCLink<TRouter> {
  const engine = createEngine(options);
  return () =>
    ({ op: { type, path, input, signal, context } }) =>
      observable((observer) => {
        const own = (context as GatewayContext).gateway ?? {};
        const controller = new AbortController();
        const abort = () => controller.abort(signal?.reason);
        signal?.addEventListener('abort', abort);
        if (signal?.aborted) abort();
        const fail = (error: GatewayError) => observer.error(clientError<TRouter>(error));
        let stopStates = () => {};
        if (type === 'subscription') {
          let last = '';
          const send = (state: ConnectionState) => {
            const result = trpcState<TRouter>(state);
            // Ours tell more apart than tRPC's; an attempt more is news there too.
            if (result.state !== last || result.state === 'connecting') observer.next({ result });
            last = result.state;
          };
          stopStates = engine.controls.$connection.subscribe(send);
          const onStarted = () => observer.next({ result: { type: 'started' } });
          const events = engine
            .subscribe(path)(input, { ...own, signal: controller.signal, onStarted })
            .tracked();
          pump(events, (event) => observer.next({ result: { type: 'data', id: event.id, data: event } })).then(() => {
            observer.next({ result: { type: 'stopped' } });
            observer.complete();
          }, fail);
        } else {
          engine
            .call(type, path)(input, { ...own, signal: controller.signal })
            .then((data) => {
              observer.next({ result: { type: 'data', data } });
              observer.complete();
            }, fail);
        }
        return () => {
          stopStates();
          signal?.removeEventListener('abort', abort);
          controller.abort();
        };
      });
}

/** Rejects with whatever ends the events, also what hinders their opening: an input that is too large. */
async function pump(events: AsyncIterable<unknown>, give: (event: TrackedEvent<unknown>) => void): Promise<void> {
  for await (const event of events) give(event as TrackedEvent<unknown>);
}

/** The state of the connection in tRPC's words. */
function trpcState<TRouter extends AnyTRPCRouter>(state: ConnectionState) {
  switch (state.status) {
    case 'live':
    case 'catching-up':
    case 'degraded':
      return { type: 'state', state: 'pending', error: null } as const;
    case 'connecting':
    case 'offline': {
      const error = state.status === 'offline' ? new TRPCClientError<TRouter>(`The connection was lost: ${state.reason}`) : null;
      return { type: 'state', state: 'connecting', error } as const;
    }
    case 'idle':
    case 'closed':
      return { type: 'state', state: 'idle', error: null } as const;
    default:
      return state satisfies never;
  }
}

/** Wire errors, and local ones with a wire code such as TIMEOUT, have a shape; NETWORK_ERROR and INVALID_REPLY only a cause. */
function clientError<TRouter extends AnyTRPCRouter>(error: GatewayError): TRPCClientError<TRouter> {
  const { code, data } = error;
  if (!isErrorCode(code)) return TRPCClientError.from<TRouter>(error);
  const shape = errorShape({ ...error, code, message: error.message, details: data });
  return TRPCClientError.from<TRouter>({ error: shape }, { cause: error });
}
