/** What the servers of `recovery.ts` are asked, and how they publish: numbers from 1, one after the other, at a pace. */

import { answerParent } from '../scale/messages.js';

export type PublishingQuestion =
  /** Answered with the port and the path of its WebSocket server. */
  | { readonly kind: 'start' }
  | { readonly kind: 'publish'; readonly everyMs: number }
  /** Answered with the last number. */
  | { readonly kind: 'stop' };

/** Answers the parent: where the server is, and with a publisher of numbers. */
export function answerAsPublisher(start: { readonly port: number; readonly path: string }, publish: (n: number) => unknown): void {
  let n = 0;
  let everyMs = 0;
  let running: Promise<void> = Promise.resolve();
  const run = async () => {
    while (everyMs > 0) {
      const pause = new Promise((resolve) => setTimeout(resolve, everyMs));
      n += 1;
      await publish(n);
      await pause;
    }
  };
  answerParent<PublishingQuestion>(async (question) => {
    switch (question.kind) {
      case 'start':
        return start;
      case 'publish':
        everyMs = question.everyMs;
        running = run();
        return {};
      case 'stop':
        everyMs = 0;
        await running;
        return { last: n };
      default:
        return question satisfies never;
    }
  });
}
