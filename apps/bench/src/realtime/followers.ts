/**
 * The contestants of `recovery.ts`: each follows a stream of numbers through a proxy that breaks, as its maker would have it. Reconnecting is what
 * differs, so options that have to do with it are their defaults.
 */

import { createGatewayClient, type PageEvents } from '@org/gateway-client';
import { createTRPCUntypedClient, createWSClient, wsLink } from '@trpc/client';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { skippingClock } from './skipping-clock.js';

/** Where a follower connects: through a proxy, to a path. */
export interface FollowAt {
  readonly address: string;
  readonly path: string;
  onNumber(n: number): void;
}

/** A client that follows. */
export interface Follower {
  /** Makes a call; nobody waits for its answer. */
  call(): void;
  /** Time passes for it, where its next attempt depends on how long it was connected. */
  skip?(byMs: number): void;
  /** What a browser tells its page when the network goes and comes. */
  tell?(type: 'offline' | 'online'): void;
  close(): void;
}

/** One contestant: its server and its client. */
export interface Contestant {
  readonly server: string;
  readonly follow: (at: FollowAt) => Follower;
}

/** A plain WebSocket that is opened anew a second after it closed, as is often seen. */
function followRaw({ address, path, onNumber }: FollowAt): Follower {
  let socket: WebSocket;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const open = () => {
    socket = new WebSocket(address + path);
    socket.on('message', (text) => onNumber(JSON.parse(String(text)).n));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      if (!isClosed) timer = setTimeout(open, 1_000);
    });
  };
  open();
  return {
    call: () => socket.send('{"method":"whoami"}'),
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket.terminate();
    },
  };
}

function followOurs({ address, path, onNumber }: FollowAt): Follower {
  const page: PageEvents = new EventTarget();
  const clock = skippingClock();
  const gateway = createGatewayClient({ url: 'http://unused.invalid', socketUrl: address + path, WebSocket, page, clock });
  const read = async () => {
    for await (const { document } of gateway.documents.changes.subscribe({ folder: 'bench' })) onNumber(document.version);
  };
  // A figure that is missing shows that it ended.
  read().catch((cause: unknown) => console.error('the subscription of this gateway ended', cause));
  return {
    call: () => void gateway.system.whoami.query({}, { over: 'socket', timeoutMs: 90_000 }).catch(() => {}),
    skip: clock.skip,
    tell: (type) => void (page as EventTarget).dispatchEvent(new Event(type)),
    close: () => gateway.$close(),
  };
}

/** Outside a browser. */
const followUntold = (at: FollowAt): Follower => ({ ...followOurs(at), tell: () => {} });

function followTrpc({ address, path, onNumber }: FollowAt, keepAlive = false): Follower {
  const client = createWSClient({
    url: address + path,
    // The class fits at run time; its types name Node's buffers where the browser's are asked for.
    WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
    ...(keepAlive && { keepAlive: { enabled: true } }),
  });
  const trpc = createTRPCUntypedClient({ links: [wsLink({ client })] });
  const onData = (event: unknown) => onNumber((event as { readonly data: { readonly n: number } }).data.n);
  const stop = trpc.subscription('changes', {}, { onData, onError: () => {} });
  return {
    call: () => void trpc.query('whoami').catch(() => {}),
    close() {
      stop.unsubscribe();
      void client.close();
    },
  };
}

function followSocketIo({ address, onNumber }: FollowAt): Follower {
  const socket = io(address.replace('ws', 'http'), { transports: ['websocket'], forceNew: true });
  socket.on('change', ({ n }) => onNumber(n));
  return {
    call: () => void socket.emitWithAck('whoami').catch(() => {}),
    close: () => void socket.close(),
  };
}

export const CONTESTANTS = {
  'this gateway': { server: 'stage-child', follow: followUntold },
  'this gateway, online event': { server: 'stage-child', follow: followOurs },
  'this client, plain server': { server: 'gw-child', follow: followUntold },
  'raw ws, again after 1 s': { server: 'raw-child', follow: followRaw },
  'tRPC wsLink': { server: 'trpc-child', follow: (at) => followTrpc(at) },
  'tRPC wsLink, keepAlive': { server: 'trpc-child', follow: (at) => followTrpc(at, true) },
  'socket.io, recovery on': { server: 'socket-io-child', follow: followSocketIo },
} as const satisfies Record<string, Contestant>;

/** Names of `CONTESTANTS`. */
export type ContestantName = keyof typeof CONTESTANTS;
