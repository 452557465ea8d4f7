/**
 * The way between one client and API Gateway: TCP connections that keep their order, have latency, are slow, stand still in one direction,
 * break, or break without a word. What a connection holds back while nothing passes arrives when it passes again, or never.
 */

import type { Faults } from './faults.js';
import type { Gateway, Uplink } from './gateway.js';
import type { Page } from './page.js';
import type { Random } from './random.js';
import type { Simulator } from './simulator.js';
import type { Trace } from './trace.js';

export type Direction = 'up' | 'down';

/** Sees what passes, and by which of the client's connections, from 1; what it answers passes instead, `undefined` nothing. */
export type Tap = (direction: Direction, text: string, connection: number) => string | undefined;

/** A client's network. */
export interface Network {
  /** The class its client makes sockets of. */
  readonly WebSocket: new () => ModelSocket;
  /** Sockets that the client has not closed. */
  readonly open: number;
  /** Sockets that have had no `close` event. */
  readonly unsettled: number;
  /** The most that were open at a time. */
  readonly mostOpen: number;
  /** Breaks what is open: both ends are told. */
  reset(): void;
  /** The peer is gone, nobody is told. */
  halfOpen(): void;
  /** Nothing passes for a while. */
  block(direction: Direction, forMs: number): void;
  slow(factor: number, forMs: number): void;
  readonly isOffline: boolean;
  /** No network at all, until told otherwise. */
  setOffline(isOffline: boolean): void;
  /** What a browser does to the sockets of a page that goes into the back-forward cache. */
  closeAll(): void;
}

/** A socket as the client sees it. */
export interface ModelSocket {
  onopen: ((event: object) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: object) => void) | null;
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
}

export interface NetworkParts {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly gateway: Gateway;
  readonly page: Page;
  readonly name: string;
  /** For tests that break something. @default everything passes */
  readonly tap?: Tap | undefined;
}

/** How long a socket waits for the other side's close frame. Source: the `ws` package's `closeTimeout`. */
const CLOSE_TIMEOUT_MS = 30_000;
const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** A TCP connection: two directions that keep their order. */
interface Wire {
  send(direction: Direction, run: () => void): void;
  /** Nothing passes ever again. */
  isDead: boolean;
}

/** A network where everything passes. */
export function createNetwork(parts: NetworkParts): Network {
  const { simulator, random, faults, trace, gateway, page, name, tap = (_, text) => text } = parts;
  const latencyMs = random.pick([2, 15, 60]);
  const blockedUntilMs = { up: 0, down: 0 };
  let slowness = { factor: 1, untilMs: 0 };
  let isOffline = false;
  let mostOpen = 0;
  let made = 0;
  const sockets = new Set<Socket>();
  const openCount = () => [...sockets].filter(({ readyState }) => readyState < CLOSING).length;

  const createWire = (): Wire => {
    const lastMs = { up: 0, down: 0 };
    const wire: Wire = {
      isDead: isOffline,
      send(direction, run) {
        if (wire.isDead) return;
        const factor = simulator.nowMs < slowness.untilMs ? slowness.factor : 1;
        const from = Math.max(simulator.nowMs, blockedUntilMs[direction]);
        const atMs = Math.max(lastMs[direction], from + factor * latencyMs * random.between(0.5, 1.5));
        lastMs[direction] = atMs;
        simulator.after(atMs - simulator.nowMs, () => {
          if (!wire.isDead) run();
        });
      },
    };
    return wire;
  };

  class Socket implements ModelSocket {
    onopen: ModelSocket['onopen'] = null;
    onmessage: ModelSocket['onmessage'] = null;
    onclose: ModelSocket['onclose'] = null;
    onerror: ModelSocket['onerror'] = null;
    readyState = CONNECTING;
    readonly wire = createWire();
    readonly #number = ++made;
    #uplink: Uplink | undefined;

    constructor() {
      sockets.add(this);
      mostOpen = Math.max(mostOpen, openCount());
      if (faults.hit('connect hangs')) this.wire.isDead = true;
      if (isOffline || faults.hit('connect refused')) simulator.after(random.between(1, 50), () => this.fail());
      // The request comes after the handshakes of TCP and TLS.
      else this.wire.send('up', () => this.wire.send('down', () => this.wire.send('up', () => this.#knock())));
    }

    #knock() {
      const { wire } = this;
      this.#uplink = gateway.accept({
        opened: () =>
          wire.send('down', () =>
            page.dispatch(() => {
              if (this.readyState !== CONNECTING) return;
              this.readyState = OPEN;
              trace.note(name, 'is connected');
              this.onopen?.({ type: 'open' });
            }),
          ),
        frame: (text) => {
          wire.send('down', () =>
            page.dispatch(() => {
              const passed = tap('down', text, this.#number);
              if (this.readyState === OPEN && passed !== undefined) this.onmessage?.({ data: passed });
            }),
          );
          return !wire.isDead;
        },
        closed: (code) => wire.send('down', () => this.#end(code)),
      });
    }

    send(text: string) {
      if (this.readyState === CONNECTING) throw new Error('InvalidStateError: the socket is not open yet');
      const passed = tap('up', text, this.#number);
      if (this.readyState === OPEN && passed !== undefined) this.wire.send('up', () => this.#uplink?.frame(passed));
    }

    close(code = 1000) {
      if (this.readyState >= CLOSING) return;
      const wasConnecting = this.readyState === CONNECTING;
      this.readyState = CLOSING;
      this.wire.send('up', () => {
        this.#uplink?.close(code);
        this.wire.send('down', () => this.#end(code));
      });
      simulator.after(wasConnecting ? 1 : CLOSE_TIMEOUT_MS, () => this.#end(1006));
    }

    /** Both ends are told that it broke. */
    fail() {
      this.#uplink?.close(1006);
      this.wire.isDead = true;
      this.#end(1006);
    }

    #end(code: number) {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      sockets.delete(this);
      page.dispatch(() => {
        trace.note(name, 'lost its socket', code);
        if (code === 1006) this.onerror?.({ type: 'error' });
        this.onclose?.({ code, reason: '' });
      });
    }
  }

  return {
    WebSocket: Socket,
    get open() {
      return openCount();
    },
    get unsettled() {
      return sockets.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    get isOffline() {
      return isOffline;
    },
    reset() {
      for (const socket of [...sockets]) socket.fail();
    },
    halfOpen() {
      for (const { wire } of sockets) wire.isDead = true;
    },
    block(direction, forMs) {
      blockedUntilMs[direction] = simulator.nowMs + forMs;
    },
    slow(factor, forMs) {
      slowness = { factor, untilMs: simulator.nowMs + forMs };
    },
    setOffline(next) {
      isOffline = next;
      // Some connections outlive a short outage, most do not.
      if (next) for (const { wire } of sockets) wire.isDead ||= random.chance(0.7);
    },
    closeAll() {
      for (const socket of [...sockets]) socket.fail();
    },
  };
}
