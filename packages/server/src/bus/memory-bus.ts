/**
 * `MessageBus` inside one process, for tests and programs without AWS. It behaves as the real ones do where handlers could tell: a message
 * goes to every subscription that asked for its name, one of a key at a time on an ordered bus, again when the subscription fails, and to
 * its dead letters after the last attempt. It keeps nothing over the end of the process.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { MessageBus } from './message-bus.js';
import { readMessage, type WireMessage, writeMessage } from './wire-message.js';

export interface MemoryBusOptions {
  /** Messages of one key one after the other. @default false */
  readonly ordered?: boolean;
  /** Deliveries under way or waiting. @default 10,000 */
  readonly maxPending?: number;
  /** Epoch milliseconds: an ordered bus forgets ids after five minutes. */
  readonly now: () => number;
}

export interface Subscription {
  /** Names of messages. */
  readonly names: readonly string[];
  /** Rejecting asks for another attempt. `attempt` counts from 1. */
  receive(message: WireMessage, attempt: number): Promise<void>;
  /** @default 5 */
  readonly maxAttempts?: number;
}

/** A message that a subscription could not take. */
export interface DeadLetter {
  readonly message: WireMessage;
  readonly attempts: number;
  readonly cause: unknown;
}

/** One subscription of a memory bus. */
export interface RunningSubscription {
  /** The latest 1,000 of them, oldest first. */
  readonly deadLetters: readonly DeadLetter[];
  /** Takes no more messages; those under way finish. */
  stop(): void;
}

export interface MemoryBus extends MessageBus {
  subscribe(subscription: Subscription): RunningSubscription;
  /** Resolves when nothing is under way or waiting. */
  idle(): Promise<void>;
}

const REMEMBERED_MS = 5 * 60_000;
const MAX_DEAD_LETTERS = 1_000;

export function createMemoryBus({ ordered = false, maxPending = 10_000, now }: MemoryBusOptions): MemoryBus {
  const subscriptions = new Set<{ readonly subscription: Subscription; readonly deadLetters: DeadLetter[]; readonly lanes: Lanes }>();
  const running = new Set<Promise<void>>();
  const seen = createIdMemory(now);

  const deliver = (
    text: string,
    { subscription, deadLetters, lanes }: { subscription: Subscription; deadLetters: DeadLetter[]; lanes: Lanes },
  ) => {
    const { id, key } = readMessage(text);
    const done = lanes.run(ordered ? key : id, () => attempt(text, subscription, deadLetters)).finally(() => running.delete(done));
    running.add(done);
  };

  return {
    publish: async (message) => {
      const text = writeMessage(message);
      const takers = [...subscriptions].filter(({ subscription }) => subscription.names.includes(message.name));
      if (running.size + takers.length > maxPending)
        throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] the message bus is full; try again');
      if (ordered && seen(message.id)) return;
      for (const taker of takers) deliver(text, taker);
    },
    subscribe: (subscription) => {
      const taker = { subscription, deadLetters: [] as DeadLetter[], lanes: createLanes() };
      subscriptions.add(taker);
      return { deadLetters: taker.deadLetters, stop: () => void subscriptions.delete(taker) };
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Never rejects. Every attempt gets a message of its own, as it would from a queue. */
async function attempt(text: string, { receive, maxAttempts = 5 }: Subscription, deadLetters: DeadLetter[]): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await receive(readMessage(text), attempts);
    } catch (cause) {
      if (attempts < maxAttempts) continue;
      deadLetters.push({ message: readMessage(text), attempts, cause });
      if (deadLetters.length > MAX_DEAD_LETTERS) deadLetters.shift();
      return;
    }
  }
}

/** Runs tasks of one lane one after the other, and lanes beside each other. */
interface Lanes {
  run(lane: string, task: () => Promise<void>): Promise<void>;
}

function createLanes(): Lanes {
  const tails = new Map<string, Promise<void>>();
  return {
    run: (lane, task) => {
      // A message is never received inside the call that publishes it.
      const tail = (tails.get(lane) ?? Promise.resolve()).then(task).finally(() => {
        if (tails.get(lane) === tail) tails.delete(lane);
      });
      tails.set(lane, tail);
      return tail;
    },
  };
}

/** Says whether an id came in the last five minutes, and remembers it. */
function createIdMemory(now: () => number): (id: string) => boolean {
  const times = new Map<string, number>();
  return (id) => {
    const atMs = now();
    for (const [old, oldMs] of times) {
      if (oldMs > atMs - REMEMBERED_MS) break;
      times.delete(old);
    }
    if (times.has(id)) return true;
    times.set(id, atMs);
    return false;
  };
}
