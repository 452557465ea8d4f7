/**
 * A gateway in memory that speaks PROTOCOL.md 3.6 on a fake clock: logs that may be trimmed or lost, and connections on which frames take
 * their time, get lost, come twice or never, as the dice say. It is written from the protocol, and shares nothing with the client but types.
 */

import type { FakeClock } from '../fake-clock.fixture.js';
import type { WebSocketConstructor, WebSocketLike } from './web-socket.js';

/** Chances of what goes wrong, from 0 to 1. */
export interface Faults {
  readonly loss: number;
  readonly repetition: number;
  /** The longest delay of a frame; up to it, frames overtake each other. */
  readonly delayMs: number;
  /** Of a connection, with every frame on it. */
  readonly break: number;
  readonly freeze: number;
  readonly notice: number;
  readonly refusal: number;
}

export const NO_FAULTS: Faults = { loss: 0, repetition: 0, delayMs: 0, break: 0, freeze: 0, notice: 0, refusal: 0 };

/** Events in one frame. */
const FRAME_EVENTS = 4;

/** The same numbers for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator, as of Numerical Recipes */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A topic's log: its events from `first` on are kept. */
export interface Log {
  epoch: number;
  first: number;
  head: number;
}

/** One, with what a test does to it. */
export interface MemoryGateway {
  readonly WebSocket: WebSocketConstructor;
  /** Those that are open, or are being opened. */
  readonly sockets: ReadonlySet<unknown>;
  /** How many there have been. */
  readonly opened: number;
  faults: Faults;
  logOf(topic: string): Log;
  publish(topic: string): void;
  /** Keeps only the last so many events. */
  trim(topic: string, keep: number): void;
  /** The log is lost and begins again. */
  lose(topic: string): void;
}

/** Makes one. */
export function memoryGateway(clock: FakeClock, roll: () => number): MemoryGateway {
  const logs = new Map<string, Log>();
  const sockets = new Set<MemorySocket>();
  let faults = NO_FAULTS;
  let opened = 0;
  const isHit = (chance: number) => roll() < chance;
  const logOf = (topic: string) => {
    const log = logs.get(topic) ?? { epoch: 1, first: 1, head: 0 };
    logs.set(topic, log);
    return log;
  };
  const idOf = ({ epoch, head }: Log, offset = head) => `e${epoch}.${offset}`;
  const eventsOf = (log: Log, from: number, to: number) =>
    Array.from({ length: Math.max(0, Math.min(to - from + 1, FRAME_EVENTS)) }, (_, index) => [
      from + index,
      `${log.epoch}:${from + index}`,
    ]);
  const reasonOf = (log: Log, epoch: string, offset: number) => {
    if (epoch !== `e${log.epoch}`) return 'epoch';
    if (offset > log.head) return 'ahead';
    return offset + 1 < log.first ? 'trimmed' : undefined;
  };

  class MemorySocket implements WebSocketLike {
    onopen: WebSocketLike['onopen'] = null;
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    readonly topics = new Map<number, string>();
    #isFrozen = false;

    constructor(_url: string) {
      opened += 1;
      const isRefused = isHit(faults.refusal);
      sockets.add(this);
      clock.after(1, () => {
        if (isRefused) this.break();
        else if (sockets.has(this)) this.onopen?.({});
      });
    }

    send(text: string): void {
      this.#travel(() => this.#read(text === 'PING' ? { method: 'PING' } : JSON.parse(text)));
    }

    close(): void {
      sockets.delete(this);
    }

    break(): void {
      if (sockets.delete(this)) this.onclose?.({ code: 1006, reason: '' });
    }

    deliver(frame: object): void {
      this.#travel(() => this.onmessage?.({ data: JSON.stringify(frame) }));
    }

    #travel(arrive: () => void): void {
      this.#isFrozen ||= isHit(faults.freeze);
      if (this.#isFrozen || isHit(faults.loss)) return;
      for (let copies = isHit(faults.repetition) ? 2 : 1; copies > 0; copies -= 1) {
        clock.after(roll() * faults.delayMs, () => sockets.has(this) && arrive());
      }
      if (isHit(faults.break)) clock.after(roll() * faults.delayMs, () => this.break());
    }

    #read({ id, method, params }: { id: number; method: string; params: { path: string; input: { topic: string } } & Sync }): void {
      if (isHit(faults.notice)) this.deliver({ id: null, method: 'reconnect' });
      if (method === 'subscription.stop') {
        this.topics.delete(id);
        this.deliver({ id, result: { type: 'stopped' } });
      } else if (method === 'subscription') {
        const topic = params.input.topic;
        if (this.topics.has(id)) return;
        this.topics.set(id, topic);
        const log = logOf(topic);
        const [epoch, offset] = parse(params.lastEventId ?? idOf(log));
        const reset = reasonOf(log, epoch, offset);
        const x = reset ? [] : eventsOf(log, offset + 1, log.head);
        this.deliver({
          id,
          result: { type: 'started', id: reset ? idOf(log) : `${epoch}.${offset}`, gw: { t: topic, h: idOf(log), x, reset } },
        });
      } else if (method === 'gw.sync') {
        const s = params.c.flatMap(([of, position]): unknown[] => {
          const topic = this.topics.get(of);
          if (topic === undefined) return [[of, null]];
          const log = logOf(topic);
          const [epoch, offset] = parse(position);
          const reset = reasonOf(log, epoch, offset);
          if (reset) return [[of, idOf(log), [], reset]];
          return offset === log.head ? [] : [[of, idOf(log), eventsOf(log, offset + 1, log.head)]];
        });
        this.deliver({ id: null, method: 'gw.sync', params: { n: params.n, s, exp: 7_000_000 } });
      }
    }
  }

  return {
    WebSocket: MemorySocket,
    sockets,
    logOf,
    get opened() {
      return opened;
    },
    get faults() {
      return faults;
    },
    set faults(next) {
      faults = next;
    },
    publish(topic) {
      const log = logOf(topic);
      log.head += 1;
      const x = eventsOf(log, log.head, log.head);
      for (const socket of sockets) {
        if ([...socket.topics.values()].includes(topic))
          socket.deliver({ id: null, method: 'gw.ev', params: { t: topic, e: `e${log.epoch}`, x } });
      }
    },
    trim(topic, keep) {
      const log = logOf(topic);
      log.first = Math.max(log.first, log.head - keep + 1);
    },
    lose(topic) {
      logs.set(topic, { epoch: logOf(topic).epoch + 1, first: 1, head: 0 });
    },
  };
}

interface Sync {
  readonly n: number;
  readonly c: readonly (readonly [id: number, position: string])[];
  readonly lastEventId?: string;
}

const parse = (id: string): readonly [epoch: string, offset: number] => [id.split('.')[0] as string, Number(id.split('.')[1])];

/** Lets time pass, and everything that is due in it happen, promises included. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  const endMs = clock.now() + ms;
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const waitMs = clock.pending[0] ?? Number.POSITIVE_INFINITY;
    if (clock.now() + waitMs > endMs) break;
    clock.advance(Math.max(0, waitMs));
  }
  clock.advance(endMs - clock.now());
  await new Promise((resolve) => setImmediate(resolve));
}
