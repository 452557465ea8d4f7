/**
 * Keys of the connections table: `C#{connection}` with `#` (the connection) and `S#{request}` (its subscriptions), and `T#{topic}` with
 * `{connection}#{request}#{token}` (a topic's subscribers).
 */

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

/** Key of a subscription by its connection. */
export function claimKey({ connectionId, requestId }: Pick<SubscriptionKey, 'connectionId' | 'requestId'>): { pk: string; sk: string } {
  return { pk: connectionKey(connectionId), sk: `S#${requestKey(requestId)}` };
}

/** Key of a subscription by its topic. */
export function subscriberKey({ topic, connectionId, requestId, token }: SubscriptionKey): { pk: string; sk: string } {
  return { pk: topicKey(topic), sk: `${connectionId}#${requestKey(requestId)}#${token}` };
}

/** The subscription of a row by connection; undefined for a tombstone that no subscription has met, and for other rows. */
export function subscriptionOf(connectionId: string, row: Row): Subscription | undefined {
  const { sk, topic, token, path } = row;
  if (typeof sk !== 'string' || !sk.startsWith('S#')) return undefined;
  if (typeof topic !== 'string' || typeof token !== 'string') return undefined;
  return { key: { topic, connectionId, requestId: requestIdOf(sk.slice(2)), token }, path: String(path) };
}

/** The subscriber of a row by topic. */
export function subscriberOf(topic: string, row: Row): Subscriber {
  const { connectionId, requestId, token, path, epoch, sent } = row;
  return {
    key: { topic, connectionId: String(connectionId), requestId: requestIdOf(String(requestId)), token: String(token) },
    path: String(path),
    ...(typeof sent === 'number' ? { active: { epoch: String(epoch), sent } } : {}),
  };
}
