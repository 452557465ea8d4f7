/**
 * Keys of the connections table: `C#{connection}` with `#` (the connection) and `S#{request}` (its subscriptions); `T#{topic}` with
 * `{connection}#{request}#{token}` (a topic's stock subscribers), `G{shard}#{topic}` with the same (a shard of our own client's), and
 * `G#{topic}` with `N` (how many shards there are, where there are more than one). `U#{user}` with `C#{connection}` are a user's connections;
 * `identity/sign-in-store.ts` has more.
 */

import { createHash } from 'node:crypto';

import type { RequestId } from '@org/gateway-core/protocol';
import { CONNECTION_KEPT_MS } from '../websocket/connection-store.js';
import { requestIdOf, requestKey } from '../websocket/request-key.js';
import type { Row } from './key-table.js';
import type { Subscriber, Subscription, SubscriptionKey } from './subscription-store.js';
import { topicKey } from './topic-keys.js';

/** Sort key of a connection's own row. */
export const CONNECTION_ROW = '#';

/** Partition key of a connection. */
export function connectionKey(connectionId: string): string {
  return `C#${connectionId}`;
}

/** Partition key of a user. */
export function userKey(userId: string): string {
  return `U#${userId}`;
}

/** What the keys of a user's connections lie between. */
export const USER_CONNECTIONS = ['C#', 'C$'] as const;

/** Key of a subscription by its connection. */
export function claimKey({ connectionId, requestId }: Pick<SubscriptionKey, 'connectionId' | 'requestId'>): { pk: string; sk: string } {
  return { pk: connectionKey(connectionId), sk: `S#${requestKey(requestId)}` };
}

/** What the keys of a connection's subscriptions lie between. */
export const CLAIM_RANGE = ['S#', 'S$'] as const;

/** Key of a subscription by its topic. */
export function subscriberKey({ topic, connectionId, requestId, token, shard }: SubscriptionKey): { pk: string; sk: string } {
  return { pk: subscribersKey(topic, shard), sk: `${connectionId}#${requestKey(requestId)}#${token}` };
}

/** Partition key of a topic's stock subscribers, or of a shard of our own client's. */
export function subscribersKey(topic: string, shard?: number): string {
  return shard === undefined ? topicKey(topic) : `G${shard}#${topic}`;
}

/** Key of the number of a topic's shards. */
export function shardsKey(topic: string): { pk: string; sk: string } {
  return { pk: `G#${topic}`, sk: 'N' };
}

/** The shard of a connection, of so many. */
export function shardOf(connectionId: string, shards: number): number {
  return shards === 1 ? 0 : createHash('sha1').update(connectionId).digest().readUInt32BE(0) % shards;
}

/** The subscription of a row by connection; undefined for a tombstone that no subscription has met, and for other rows. */
export function subscriptionOf(connectionId: string, row: Row): Subscription | undefined {
  const { sk, topic, token, path, shard, authUntilMs } = row;
  if (typeof sk !== 'string' || !sk.startsWith('S#')) return undefined;
  if (typeof topic !== 'string' || typeof token !== 'string') return undefined;
  const requestId = requestIdOf(sk.slice(2));
  return { key: { topic, connectionId, requestId, token, ...shardField(shard) }, path: String(path), ...authField(authUntilMs) };
}

/** The subscriber of a row by topic; undefined for a row that is none, which must not cost the topic's other subscribers their events. */
export function subscriberOf(topic: string, row: Row, shard?: number): Subscriber | undefined {
  const { connectionId, requestId, token, path, epoch, sent, slowUntilMs, ttl, authUntilMs } = row;
  const id = readRequestId(requestId);
  if (typeof connectionId !== 'string' || typeof token !== 'string' || id === undefined) return undefined;
  return {
    key: { topic, connectionId, requestId: id, token, ...shardField(shard) },
    path: String(path),
    ...authField(authUntilMs),
    ...(typeof sent === 'number' ? { active: { epoch: String(epoch), sent } } : {}),
    ...(sent === undefined && shard === undefined ? { claimedAtMs: Number(ttl) * 1_000 - CONNECTION_KEPT_MS } : {}),
    ...(typeof slowUntilMs === 'number' ? { slowUntilMs } : {}),
  };
}

/** A row as an attribute or option says it, if it does. */
function shardField(shard: unknown): { readonly shard?: number } {
  return typeof shard === 'number' ? { shard } : {};
}

function authField(authUntilMs: unknown): { readonly authUntilMs?: number } {
  return typeof authUntilMs === 'number' ? { authUntilMs } : {};
}

function readRequestId(key: unknown): RequestId | undefined {
  try {
    return typeof key === 'string' ? requestIdOf(key) : undefined;
  } catch {
    return undefined;
  }
}
