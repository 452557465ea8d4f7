/**
 * A TCP proxy in front of a server, for what networks do to connections: it delays, slows, slices, swallows, resets, half-closes and refuses,
 * for all connections or for one, and can be changed at any time. It knows nothing of what the bytes mean; `frame-proxy.ts` does.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Conditions, TcpDirection } from './tcp-direction.js';
import { realTime, type Time } from './time.js';

export interface TcpProxyOptions {
  /** `http://127.0.0.1:PORT` or `ws://…`: where connections go. May change, as for a server that comes back on another port. */
  readonly target: string;
  /** @default real time */
  readonly time?: Time;
  /** Source of jitter, in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** What both directions of a connection go through. */
export interface Link {
  /** From the client to the server. */
  readonly up?: Conditions;
  /** From the server to the client. */
  readonly down?: Conditions;
}

/** `hold`: accepted, and nothing goes on until the proxy passes again. `refuse`: reset at once. */
export type Accepting = 'pass' | 'hold' | 'refuse';

/** A connection that a client made. */
export interface ProxiedConnection {
  /** From 1, in the order of accepting. */
  readonly number: number;
  readonly state: 'held' | 'open' | 'refused' | 'closed';
  /** That arrived, up and down. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** Replaces the conditions of both directions. */
  set(link: Link): void;
  /** Cuts both sides with RST. */
  reset(): void;
  /** Ends one direction with FIN, while the other goes on. */
  halfClose(direction: 'up' | 'down'): void;
  /** Resolves when the client's side is gone. */
  readonly closed: Promise<void>;
}

/** A running proxy. */
export interface TcpProxy {
  /** The target's URL with the proxy's port. */
  readonly url: string;
  /** All so far, those that are closed among them. */
  readonly connections: readonly ProxiedConnection[];
  /** Conditions of all connections, those to come too. Without an argument bytes pass freely. */
  set(link?: Link): void;
  /** What becomes of connections to come; `pass` also lets those go on that are held. */
  accept(accepting: Accepting): void;
  /** Cuts every open connection with RST. */
  reset(): void;
  /** Sends connections to come elsewhere. */
  retarget(url: string): void;
  /** The connection of a number, now or as soon as it comes. @param number from 1 */
  connection(number: number): Promise<ProxiedConnection>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startTcpProxy({ target, time = realTime, random = Math.random }: TcpProxyOptions): Promise<TcpProxy> {
  const connections: Connection[] = [];
  const waiting: { readonly number: number; readonly resolve: (connection: ProxiedConnection) => void }[] = [];
  let link: Link = {};
  let accepting: Accepting = 'pass';
  let to = target;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = new Connection(client, connections.length + 1);
    connections.push(connection);
    if (accepting === 'refuse') connection.refuse();
    if (accepting === 'pass') connection.open(new URL(to), { link, time, random });
    for (const { number, resolve } of waiting) if (number === connection.number) resolve(connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(target);
  own.port = String((server.address() as AddressInfo).port);
  const end = (): void => {
    for (const connection of connections) connection.reset();
  };
  return {
    url: own.href.replace(/\/$/, ''),
    connections,
    set(wanted = {}) {
      link = wanted;
      for (const connection of connections) connection.set(wanted);
    },
    accept(wanted) {
      accepting = wanted;
      if (wanted !== 'pass') return;
      for (const connection of connections) if (connection.state === 'held') connection.open(new URL(to), { link, time, random });
    },
    reset: end,
    retarget(url) {
      to = url;
    },
    connection(number) {
      const there = connections[number - 1];
      return there === undefined ? new Promise((resolve) => waiting.push({ number, resolve })) : Promise.resolve(there);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      end();
      await closed;
    },
  };
}

class Connection implements ProxiedConnection {
  readonly number: number;
  readonly closed: Promise<void>;
  state: ProxiedConnection['state'] = 'held';
  readonly #client: Socket;
  #upstream: Socket | undefined;
  #directions: { readonly up: TcpDirection; readonly down: TcpDirection } | undefined;

  constructor(client: Socket, number: number) {
    this.#client = client.on('error', () => undefined);
    this.number = number;
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        if (this.state !== 'refused') this.state = 'closed';
        resolve();
      });
    });
    client.pause();
  }

  get bytes(): { up: number; down: number } {
    return { up: this.#directions?.up.byteCount ?? 0, down: this.#directions?.down.byteCount ?? 0 };
  }

  open({ hostname, port }: URL, at: { link: Link; time: Time; random: () => number }): void {
    this.state = 'open';
    const client = this.#client;
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true }).on('error', () => undefined);
    this.#upstream = upstream;
    const { time, random } = at;
    this.#directions = {
      up: new TcpDirection({ source: client, sink: upstream, time, random }),
      down: new TcpDirection({ source: upstream, sink: client, time, random }),
    };
    this.set(at.link);
  }

  refuse(): void {
    this.state = 'refused';
    this.#client.resetAndDestroy();
  }

  set({ up = {}, down = {} }: Link): void {
    this.#directions?.up.set(up);
    this.#directions?.down.set(down);
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#upstream?.resetAndDestroy();
  }

  halfClose(direction: 'up' | 'down'): void {
    this.#directions?.[direction].halfClose();
  }
}
