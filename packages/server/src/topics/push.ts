/**
 * Where a run of events goes to be pushed: to the followers of a topic that has one shard, at once; for each shard of a larger one, a
 * message to the workers (`push-worker.ts`), so that the stream does not wait for a hundred thousand posts.
 */

import { eventsFrames } from './events-frames.js';
import { type PushParts, pushToShard } from './push-events.js';
import type { PushMessage } from './push-message.js';
import type { SubscriptionStore } from './subscription-store.js';
import type { TopicEvent } from './topic-log.js';

export interface PushOptions {
  /** Hands shards on to the workers. @default all shards are served here */
  readonly spread?: ((messages: readonly PushMessage[]) => Promise<void>) | undefined;
  /** See `PushParts`. */
  readonly followersPerShard?: number | undefined;
}

/** Pushes events of one epoch, in their order and without a gap. Never rejects. */
export type Push = (topic: string, epoch: string, events: readonly TopicEvent[]) => Promise<void>;

/** The fan-out's way to followers. */
export function createPush(parts: PushParts & PushOptions & { readonly subscriptions: Pick<SubscriptionStore, 'shards'> }): Push {
  const { subscriptions, spread, log } = parts;
  const run = async (topic: string, epoch: string, events: readonly TopicEvent[]): Promise<void> => {
    const shards = await subscriptions.shards(topic);
    const numbers = Array.from({ length: shards }, (_, shard) => shard);
    if (spread && shards > 1) {
      const after = (events[0]?.offset ?? 1) - 1;
      const to = after + events.length;
      await spread(numbers.map((shard) => ({ topic, epoch, after, to, shard, shards })));
      return;
    }
    const frames = eventsFrames(log, { topic, epoch, events });
    for (const shard of numbers) await pushToShard(parts, { topic, shard, shards }, frames);
  };
  return (topic, epoch, events) =>
    run(topic, epoch, events).catch((cause: unknown) => {
      log.error('events cannot be pushed, their followers ask for them', { topic, cause });
    });
}
