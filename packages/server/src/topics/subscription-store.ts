/**
 * Subscriptions, by connection and request id (one at a time) and by topic (what the fan-out reads). Two rows each, written one after
 * the other and never in a transaction, so that a crash between them leaves nothing that is ever delivered to:
 *
 * - `claim` writes the row by connection if there is none, then the row by topic, then looks whether the first still stands. A stop in
 *   between has put a tombstone there (or removed it), and the row by topic is taken back. Only after `claim` is the fan-out woken, and
 *   it passes over rows that no wake has activated: a row left by a crash is silent until it expires.
 * - every claim has a token, and the row by topic has it in its key, so that a slow claim never touches the rows of a later one under
 *   the same request id.
 * - deletion goes by topic first: what remains after a crash is found again from the connection.
 */

import type { RequestId } from '@org/gateway-core/protocol';

/** One claim of a request id. */
export interface SubscriptionKey {
  readonly topic: string;
  readonly connectionId: string;
  readonly requestId: RequestId;
  /** Unique per claim: API Gateway's request id of the frame. */
  readonly token: string;
  /** Set for subscriptions of our own client (P3.16), absent for stock ones: which part of the topic's followers it is in. */
  readonly shard?: number;
}

export interface Subscription {
  readonly key: SubscriptionKey;
  /** `service.subscription` */
  readonly path: string;
  /** Set where the subscription needs a user: nothing is sent to it from then on, in epoch milliseconds. P5.11 */
  readonly authUntilMs?: number;
}

/** Whether the sign-in that a subscription needs has ended. */
export function isSignInOver({ authUntilMs = Number.POSITIVE_INFINITY }: Pick<Subscription, 'authUntilMs'>, nowMs: number): boolean {
  return authUntilMs <= nowMs;
}

/** A subscription as its topic has it. */
export interface Subscriber extends Subscription {
  /** Where its own replay ended: it has every event from its start to here, or to the topic's `delivered`. Absent until activated. */
  readonly active?: { readonly epoch: string; readonly sent: number };
  /** Of a stock one that is not activated yet: when it was entered, in epoch milliseconds. */
  readonly claimedAtMs?: number;
  /** Our own client only: it takes no frames until then, in epoch milliseconds, and asks for what it misses. */
  readonly slowUntilMs?: number;
}

/** Reads are consistent; expired rows are not there. Every operation rejects with SERVICE_UNAVAILABLE when the store is throttled. */
export interface SubscriptionStore {
  /**
   * Takes a request id of a connection for a subscription. `taken`: it is in use, nothing changed (P3.5). `stopped`: a stop overtook
   * its subscription, and is used up by this (P3.10). `cancelled`: a stop came while this ran, and the fan-out answers it.
   */
  claim(subscription: Subscription): Promise<'claimed' | 'taken' | 'stopped' | 'cancelled'>;
  /**
   * Marks a subscription to be stopped, and gives it; undefined when there is none, and the mark waits for it for a minute. Again is
   * the same.
   */
  cancel(connectionId: string, requestId: RequestId): Promise<Subscription | undefined>;
  /** Whether this claim is marked and still there. */
  isCancelled(key: SubscriptionKey): Promise<boolean>;
  get(key: SubscriptionKey): Promise<Subscriber | undefined>;
  /**
   * Stock subscriptions of a topic, or one shard of our own client's, a page at a time. Those of one connection come one after the other.
   * A row that cannot be read is passed over.
   */
  subscribers(topic: string, shard?: number): AsyncIterable<readonly Subscriber[]>;
  /** Subscriptions of a connection that no stop has met. */
  ofConnection(connectionId: string): Promise<readonly Subscription[]>;
  /** The shard for a new subscription. May go by a number of shards of a minute ago: shards only come to be, and readers read all. */
  shardFor(topic: string, connectionId: string): Promise<number>;
  /** How many shards the topic's followers are in, 1 unless it is a big one. */
  shards(topic: string): Promise<number>;
  /** Doubles the shards, unless somebody has done so since there were `from`. */
  grow(topic: string, from: number): Promise<void>;
  /** Notes until when a subscription of our own client is not pushed to; nothing when it is gone. */
  markSlow(key: SubscriptionKey, untilMs: number): Promise<void>;
  /** `false` when the subscription is gone: nothing is written. */
  activate(key: SubscriptionKey, active: { readonly epoch: string; readonly sent: number }): Promise<boolean>;
  /** Moves the end of a subscription's sign-in, the row by topic last; nothing when it is gone. */
  extend(key: SubscriptionKey, authUntilMs: number): Promise<void>;
  /** Deletes the row by topic: nothing is delivered from now on, and the request id stays in use. */
  silence(key: SubscriptionKey): Promise<void>;
  /** Deletes the rows of this claim. Deleting what is not there succeeds. */
  remove(key: SubscriptionKey): Promise<void>;
  /**
   * Deletes the rows of a claim whose connection is said to be gone. The row by connection goes first: if it is alive after all, its next
   * `gw.sync` does not find the subscription, even when only half of this was done, and the client opens it again.
   */
  drop(key: SubscriptionKey): Promise<void>;
}

/** How long a stop waits for the subscription it overtook: frames of one connection overtake each other by seconds at most. */
export const TOMBSTONE_KEPT_MS = 60_000;
