/** The contestants as clients of one server: a call and its answer, a subscription and its events, nothing broken. */

import { once } from 'node:events';
import { createGatewayClient } from '@org/gateway-client';
import { createTRPCUntypedClient, createWSClient, wsLink } from '@trpc/client';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

/** One contestant's connection. */
export interface BenchClient {
  /** A query, from the call to its answer as an object. */
  query(): Promise<unknown>;
  /** Calls the listener with every event from now on, and resolves once that is sure. */
  follow(onEvent: (event: unknown) => void): Promise<void>;
  close(): void;
}

/** The input of every query. */
const INPUT = { id: 'customer-42' };

/** All of them, the baseline first. @param address of the server; a name tells it who is who */
export const CLIENTS = {
  'raw ws': openRaw,
  'this gateway': openOurs,
  'tRPC wsLink': openTrpc,
  'socket.io': openSocketIo,
} as const satisfies Record<string, (address: string, name: string) => Promise<BenchClient>>;

/** What anybody would write: a map of pending calls, and JSON. */
async function openRaw(address: string, name: string): Promise<BenchClient> {
  const socket = new WebSocket(`${address}/?name=${name}`);
  const pending = new Map<number, (answer: unknown) => void>();
  let listener: (event: unknown) => void = () => {};
  let lastId = 0;
  socket.on('message', (text) => {
    const { id, result, data } = JSON.parse(String(text));
    if (id === undefined) return listener(data);
    pending.get(id)?.(result.data);
    pending.delete(id);
  });
  await once(socket, 'open');
  return {
    query: () =>
      new Promise((resolve) => {
        lastId += 1;
        pending.set(lastId, resolve);
        socket.send(JSON.stringify({ id: lastId, method: 'query', svc: 'documents', params: { path: 'documents.get', input: INPUT } }));
      }),
    follow: async (onEvent) => {
      listener = onEvent;
    },
    close: () => socket.close(),
  };
}

async function openOurs(address: string, name: string): Promise<BenchClient> {
  const gateway = createGatewayClient({ url: 'http://unused.invalid', socketUrl: `${address}/?name=${name}`, WebSocket });
  const query = () => gateway.documents.get.query(INPUT, { over: 'socket' });
  await query();
  return {
    query,
    follow: (onEvent) =>
      new Promise((resolve, reject) => {
        const read = async () => {
          for await (const event of gateway.documents.changes.subscribe({}, { onStarted: resolve })) onEvent(event);
        };
        read().catch(reject);
      }),
    close: () => gateway.$close(),
  };
}

async function openTrpc(address: string, name: string): Promise<BenchClient> {
  // The `ws` class fits at run time; its types name Node's buffers where the browser's are asked for.
  const client = createWSClient({ url: `${address}/?name=${name}`, WebSocket: WebSocket as unknown as typeof globalThis.WebSocket });
  const trpc = createTRPCUntypedClient({ links: [wsLink({ client })] });
  const query = () => trpc.query('documents.get', INPUT);
  await query();
  return {
    query,
    follow: (onEvent) =>
      new Promise((resolve, reject) => {
        const onData = (event: unknown) => onEvent((event as { readonly data: unknown }).data);
        trpc.subscription('documents.changes', {}, { onStarted: () => resolve(), onData, onError: reject });
      }),
    close: () => void client.close(),
  };
}

async function openSocketIo(address: string, name: string): Promise<BenchClient> {
  const socket = io(address.replace('ws', 'http'), { transports: ['websocket'], forceNew: true, query: { name } });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    query: () => socket.emitWithAck('documents.get', INPUT),
    follow: async (onEvent) => {
      socket.on('change', onEvent);
    },
    close: () => void socket.close(),
  };
}
