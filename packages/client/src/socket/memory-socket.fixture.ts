/**
 * A client and sockets in memory on a clock that stands still: a test reads what the client sent, answers by hand, and moves the clock. For
 * everything that takes time; what real sockets do is fake-server.fixture.ts's.
 */

import { afterEach, beforeEach } from 'vitest';
import type { GatewayClient, Subscription } from '../client-types.js';
import { createGatewayClient } from '../create-client.js';
import { type FakeClock, fakeClock } from '../fake-clock.fixture.js';
import type { GatewayClientOptions, SubscribeOptions } from '../options.js';
import { loadCalls } from './late-calls.js';
import { loadSocket } from './late-socket.js';
import { pass } from './memory-gateway.fixture.js';
import { iterate } from './socket-client.fixture.js';
import type { WebSocketLike } from './web-socket.js';

/** What the client sent, read. */
export interface Sent {
  readonly id: number;
  readonly method: string;
  readonly svc: string;
  readonly k?: string;
  readonly dl?: number;
  readonly params: {
    readonly path: string;
    readonly lastEventId?: string;
    readonly n: number;
    readonly c: readonly (readonly [number, string])[];
  };
}

/** One socket the client made. */
export interface MemoryPeer {
  readonly url: string;
  /** What came since it was last asked, and lets what is due happen first. */
  sent(): Promise<readonly Sent[]>;
  send(...texts: readonly string[]): void;
  /** The handshake succeeds. */
  open(): void;
  /** It closes from the server's side. */
  close(code: number): void;
  /** The code the client closed it with. */
  readonly closedWith: number | undefined;
}

/** A window as far as the client looks at it. */
export interface FakePage extends EventTarget {
  document: { hidden: boolean };
  tell(type: string): void;
}

/** A client on a clock of its own, made new for each test of the file. */
export interface MemoryStage {
  readonly clock: FakeClock;
  readonly page: FakePage;
  readonly peers: readonly MemoryPeer[];
  client(options?: Partial<GatewayClientOptions>): GatewayClient;
  /** Lets time pass, with everything that is due in it. */
  pass(ms: number): Promise<void>;
  /** The newest socket, open. */
  opened(): Promise<MemoryPeer>;
  /** A client with one subscription that has started after `e1.10`, and its socket with nothing unread. */
  following(options?: SubscribeOptions): Promise<Following>;
}

export interface Following {
  readonly gateway: GatewayClient;
  readonly subscription: Subscription<unknown>;
  readonly events: AsyncIterator<unknown, undefined>;
  readonly peer: MemoryPeer;
}

export function memoryStage(): MemoryStage {
  let clock: FakeClock;
  let page: FakePage;
  let peers: MemoryPeer[];
  let clients: GatewayClient[];
  beforeEach(async () => {
    await Promise.all([loadSocket(), loadCalls()]);
    clock = fakeClock();
    const target = new EventTarget();
    page = Object.assign(target, {
      document: { hidden: false },
      tell: (type: string) => void target.dispatchEvent(new Event(type)),
    });
    peers = [];
    clients = [];
  });
  afterEach(() => {
    for (const client of clients) client.$close();
  });
  const stage: MemoryStage = {
    get clock() {
      return clock;
    },
    get page() {
      return page;
    },
    get peers() {
      return peers;
    },
    client(options = {}) {
      const WebSocket = memorySockets(clock, (peer) => peers.push(peer));
      const client = createGatewayClient({ url: 'http://memory.test', WebSocket, clock, page, random: () => 0.5, ...options });
      clients.push(client);
      return client;
    },
    pass: (ms) => pass(clock, ms),
    async opened() {
      await pass(clock, 0);
      const peer = peers.at(-1) as MemoryPeer;
      peer.open();
      return peer;
    },
    async following(options) {
      const gateway = stage.client();
      const subscription: Subscription<unknown> = gateway.documents.changes.subscribe({}, options);
      const events = iterate(subscription);
      const peer = await stage.opened();
      await peer.sent();
      peer.send(startedGw(1, 'e1.10', 'e1.10'));
      return { gateway, subscription, events, peer };
    },
  };
  return stage;
}

/** The methods of what the client sent since it was last asked. */
export const methods = async (peer: MemoryPeer) => (await peer.sent()).map(({ method }) => method);

function memorySockets(clock: FakeClock, onMade: (peer: MemoryPeer) => void) {
  return class MemorySocket implements WebSocketLike {
    onopen: WebSocketLike['onopen'] = null;
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    readonly unread: Sent[] = [];
    closedWith: number | undefined;

    constructor(url: string) {
      const socket = this;
      onMade({
        url,
        async sent() {
          await pass(clock, 0);
          return socket.unread.splice(0);
        },
        send(...texts) {
          for (const data of texts) socket.onmessage?.({ data });
        },
        open: () => socket.onopen?.({}),
        close: (code) => socket.onclose?.({ code, reason: '' }),
        get closedWith() {
          return socket.closedWith;
        },
      });
    }

    send(text: string): void {
      this.unread.push(text.startsWith('{') ? JSON.parse(text) : { method: text });
    }

    close(code?: number): void {
      this.closedWith = code;
    }
  };
}

/** `started` with what our own client learns. */
export const startedGw = (id: number, position: string, head: string, events: readonly unknown[] = [], reset?: string) =>
  JSON.stringify({ id, result: { type: 'started', id: position, gw: { t: 'documents', h: head, x: events, reset } } });
/** Events of topic `documents`, each with its id as data. */
export const pushed = (epoch: string, ...offsets: readonly number[]) =>
  JSON.stringify({ id: null, method: 'gw.ev', params: { t: 'documents', e: epoch, x: numbered(epoch, ...offsets) } });
export const numbered = (epoch: string, ...offsets: readonly number[]) => offsets.map((offset) => [offset, `${epoch}.${offset}`]);
/** The answer to `gw.sync`. */
export const synced = (n: number, states: readonly unknown[] = [], exp?: number) =>
  JSON.stringify({ id: null, method: 'gw.sync', params: { n, s: states, exp } });
