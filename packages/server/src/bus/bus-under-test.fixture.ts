/** What reads a bus in its tests: deliveries as a FIFO queue with three attempts makes them, which is what `createMemoryBus` does. */

import type { BusUnderTest } from '@org/gateway-conformance';
import { createMemoryBus } from './memory-bus.js';
import type { MessageBus } from './message-bus.js';
import { readMessage } from './wire-message.js';

/** A bus whose messages, as texts, come back through `deliver`. */
export interface CarriedBus {
  readonly bus: MessageBus;
  close(): Promise<void>;
}

/** Puts a queue behind a bus: `start` is given what to call with each text that the bus delivers. */
export async function withQueue(start: (deliver: (text: string) => Promise<void>) => Promise<CarriedBus>): Promise<BusUnderTest> {
  const queue = createMemoryBus({ ordered: true, now: () => 0 });
  const { bus, close } = await start((text) => queue.publish(readMessage(text)));
  let deadLetters: () => readonly string[] = () => [];
  return {
    publish: (message) => bus.publish(message),
    consume: async (names, receive) => {
      const running = queue.subscribe({ names, receive, maxAttempts: 3 });
      deadLetters = () => running.deadLetters.map(({ message }) => message.id);
    },
    deadLetters: async () => deadLetters(),
    close: async () => {
      await queue.idle();
      await close();
    },
  };
}
