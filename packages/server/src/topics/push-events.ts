/**
 * Pushes events to a topic's followers, the subscriptions of our own client. A push is only quicker than `gw.sync`, which finds everything
 * in the log: so a frame that cannot be posted is tried again once or twice and then left out, nothing is closed, and nobody waits for
 * one connection. Nothing is pushed for a sign-in that is over: `gw.sync` renews the row and finds what was missed. PROTOCOL.md P3.17, P5.11.
 *
 * Followers are read after the events they are sent, and the number of shards before the shards: a subscription that is entered meanwhile
 * is found, or has read a head that contains the events (`websocket/follow.ts`).
 */

import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../websocket/clock.js';
import { type ConnectionSender, sendFailureKind } from '../websocket/sender.js';
import type { Lanes } from './parallel.js';
import { isSignInOver, type Subscriber, type SubscriptionKey, type SubscriptionStore } from './subscription-store.js';

export interface PushParts {
  readonly subscriptions: Pick<SubscriptionStore, 'subscribers' | 'drop' | 'markSlow' | 'grow'>;
  readonly sender: Pick<ConnectionSender, 'post'>;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly lanes: Lanes;
  /** More followers in a shard and the topic gets twice as many shards. @default 2,000 */
  readonly followersPerShard?: number | undefined;
}

/** A shard of a topic, and how many there are. */
export interface Shard {
  readonly topic: string;
  readonly shard: number;
  readonly shards: number;
}

/** At 64 posts of 30 ms at a time, a second. */
export const FOLLOWERS_PER_SHARD = 2_000;

/** Before the second and third attempt of a throttled post; half of each is random. */
const SLOW_PAUSES_MS = [50, 250];

/** Before the second attempt of any other. */
const FAILED_PAUSES_MS = [50];

/** A connection that took no frame is passed over so long. */
export const SLOW_FOR_MS = 10_000;

/** Posts the frames, in their order, to each connection of the shard once. Rejects only when the shard cannot be read. */
export async function pushToShard(parts: PushParts, { topic, shard, shards }: Shard, frames: readonly string[]): Promise<void> {
  let followers = 0;
  let last: string | undefined;
  for await (const page of parts.subscriptions.subscribers(topic, shard)) {
    followers += page.length;
    const nowMs = parts.clock.now();
    const connections = byConnection(page.filter((subscriber) => !isSignInOver(subscriber, nowMs)));
    // A connection whose rows are in two pages has had its frames.
    if (last !== undefined) connections.delete(last);
    last = page.at(-1)?.key.connectionId ?? last;
    await Promise.all([...connections].map(([id, own]) => parts.lanes.run(id, () => pushTo(parts, id, { own, frames }))));
  }
  // Rows stay where they are when shards double, so only those of the newer half tell how full shards become.
  if (followers > (parts.followersPerShard ?? FOLLOWERS_PER_SHARD) && shard >= shards >> 1) await parts.subscriptions.grow(topic, shards);
}

function byConnection(page: readonly Subscriber[]): Map<string, Subscriber[]> {
  const connections = new Map<string, Subscriber[]>();
  for (const subscriber of page) {
    const own = connections.get(subscriber.key.connectionId);
    if (own) own.push(subscriber);
    else connections.set(subscriber.key.connectionId, [subscriber]);
  }
  return connections;
}

interface Pushed {
  /** The subscriptions of the connection to the topic. */
  readonly own: readonly Subscriber[];
  readonly frames: readonly string[];
}

/** Never rejects. */
async function pushTo(parts: PushParts, connectionId: string, { own, frames }: Pushed): Promise<void> {
  const { clock, subscriptions, log } = parts;
  if (own.some(({ slowUntilMs = 0 }) => slowUntilMs > clock.now())) return;
  for (const frame of frames) {
    const outcome = await post(parts, connectionId, frame);
    switch (outcome) {
      case 'sent':
      case 'too-large':
        break;
      case 'gone':
        return forAll(own, (key) => subscriptions.drop(key), log);
      case 'slow':
        return forAll(own, (key) => subscriptions.markSlow(key, clock.now() + SLOW_FOR_MS), log);
      case 'failed':
        return;
      default:
        return outcome satisfies never;
    }
  }
}

type PostOutcome = 'sent' | 'gone' | 'slow' | 'too-large' | 'failed';

async function post({ sender, clock, random, log }: PushParts, connectionId: string, frame: string): Promise<PostOutcome> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sender.post(connectionId, frame);
    } catch (cause) {
      const kind = sendFailureKind(cause);
      const outcome = kind === 'slow' || kind === 'too-large' ? kind : 'failed';
      const pauseMs = pausesOf(outcome)[attempt];
      if (pauseMs === undefined) {
        if (outcome !== 'slow') log.warn('frame cannot be pushed, its client asks for it', { connectionId, kind, cause });
        return outcome;
      }
      await clock.sleep((pauseMs / 2) * (1 + random()));
    }
  }
}

function pausesOf(outcome: PostOutcome): readonly number[] {
  if (outcome === 'too-large') return [];
  return outcome === 'slow' ? SLOW_PAUSES_MS : FAILED_PAUSES_MS;
}

/** Notes of the store: what cannot be written now is written the next time. */
async function forAll(own: readonly Subscriber[], note: (key: SubscriptionKey) => Promise<void>, log: Logger): Promise<void> {
  for (const { key } of own) {
    await note(key).catch((cause: unknown) =>
      log.warn('a follower cannot be noted as gone or slow', { connectionId: key.connectionId, cause }),
    );
  }
}
