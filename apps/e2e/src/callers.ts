/** Every client that can talk to a stage, as the conversation suite wants them. */

import { createGatewayClient, GatewayError } from '@org/gateway-client';
import { type ContractRouter, gatewayLink } from '@org/gateway-client/trpc';
import type { Caller, Failure, Running, SubscribeOptions } from '@org/gateway-conformance';
import type { AppContract } from '@org/gateway-contract';
import {
  createTRPCUntypedClient,
  createWSClient,
  type httpBatchLink,
  type httpBatchStreamLink,
  type httpLink,
  TRPCClientError,
  type TRPCLink,
  type TRPCUntypedClient,
  wsLink,
} from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { WebSocket } from 'ws';
import { bearer, signedIn, tokenOf } from './sign-in.js';

interface Urls {
  readonly restUrl: string;
  readonly socketUrl: string;
}

type AnyCall = (input?: unknown, options?: object) => Promise<unknown>;
type AnyProcedure = {
  readonly query: AnyCall;
  readonly mutate: AnyCall;
  readonly subscribe: (input: unknown, options: object) => { tracked(): AsyncIterable<{ id: string; data: unknown }> };
};

/** Our client; queries and mutations over HTTP or over the socket. */
export function ourClient({ restUrl, socketUrl }: Urls, over: 'http' | 'socket' = 'http'): Caller {
  const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
  const services = gateway as unknown as Readonly<Record<string, Readonly<Record<string, AnyProcedure>>>>;
  const procedure = (path: string) => {
    const [service = '', name = ''] = path.split('.');
    return services[service]?.[name] as AnyProcedure;
  };
  return {
    query: (path, input, options) => procedure(path).query(input, { over, ...options }),
    mutate: (path, input) => procedure(path).mutate(input, { over }),
    subscribe: (path, input, options) => followOurs(procedure(path), input, options),
    failure: (error) => failureOfOurs(error),
    close: () => gateway.$close(),
  };
}

function followOurs(procedure: AnyProcedure, input: unknown, { lastEventId, onStarted, onEvent, onError }: SubscribeOptions): Running {
  const stop = new AbortController();
  const events = procedure.subscribe(input, { signal: stop.signal, onStarted, lastEventId }).tracked();
  const follow = async () => {
    for await (const event of events) onEvent(event);
  };
  follow().catch(onError);
  return { stop: () => stop.abort() };
}

function failureOfOurs(error: unknown): Failure {
  if (!(error instanceof GatewayError))
    return { code: undefined, status: undefined, error: undefined, details: undefined, message: String(error) };
  return { code: error.code, status: error.status, error: error.error, details: error.data, message: error.message };
}

/** Stock links at one service each, as a stock HTTP client uses them. */
export function stockHttpClient(
  { restUrl }: Pick<Urls, 'restUrl'>,
  link: typeof httpLink | typeof httpBatchLink | typeof httpBatchStreamLink,
): Caller {
  const clients = new Map<string, TRPCUntypedClient<AnyTRPCRouter>>();
  const clientOf = (service: string) => {
    const known =
      clients.get(service) ??
      createTRPCUntypedClient<AnyTRPCRouter>({ links: [link({ url: `${restUrl}/rpc/${service}`, headers: () => bearer() })] });
    clients.set(service, known);
    return known;
  };
  const split = (path: string) => path.split('.') as [string, string];
  return {
    query: (path, input, options) => clientOf(split(path)[0]).query(split(path)[1], input, options),
    mutate: (path, input) => clientOf(split(path)[0]).mutation(split(path)[1], input),
    failure: failureOfStock,
    close: () => {},
  };
}

/** A stock client with a link that carries the whole contract. */
function stockClient(link: TRPCLink<AnyTRPCRouter>, close: () => Promise<void> | void): Caller {
  const client = createTRPCUntypedClient<AnyTRPCRouter>({ links: [link] });
  return {
    query: (path, input, options) => client.query(path, input, options),
    mutate: (path, input) => client.mutation(path, input),
    subscribe: (path, input, { lastEventId, onStarted, onEvent, onError }) => {
      const running = client.subscription(
        path,
        { ...(input as object), ...(lastEventId === undefined ? {} : { lastEventId }) },
        { onStarted, onData: (event) => onEvent(event as { id: string; data: unknown }), onError },
      );
      return { stop: () => running.unsubscribe() };
    },
    failure: failureOfStock,
    close,
  };
}

/** The stock socket link. */
export function stockSocketClient({ socketUrl }: Urls, connectionParams?: Readonly<Record<string, string>>): Caller {
  const socket = createWSClient({
    url: socketUrl,
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: async () => ({ ...connectionParams, token: await tokenOf() }),
  });
  return stockClient(wsLink({ client: socket }) as TRPCLink<AnyTRPCRouter>, () => socket.close());
}

/** Our link under a stock client. */
export function ourLinkClient({ restUrl, socketUrl }: Urls): Caller {
  return stockClient(gatewayLink({ url: restUrl, socketUrl, ...signedIn() }) as unknown as TRPCLink<AnyTRPCRouter>, () => {});
}

function failureOfStock(error: unknown): Failure {
  if (!(error instanceof TRPCClientError))
    return { code: undefined, status: undefined, error: undefined, details: undefined, message: String(error) };
  const data = (error as TRPCClientError<ContractRouter<AppContract>>).data;
  return { code: data?.code, status: data?.httpStatus, error: data?.error, details: data?.details, message: error.message };
}
