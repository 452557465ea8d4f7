/**
 * Keys and rows of the topics table: `T#{topic}` with `M` (the topic's memory), `E#{offset}` (an event), `W#…` (a wake), `I#{run}#{key}` (what
 * was published under an idempotency key) and `Q` (the last message of a FIFO queue that was stored).
 */

import { requestIdOf, requestKey } from '../websocket/request-key.js';
import { type Wake, wakeId } from './wake.js';

/** Sort key of a topic's memory. */
export const META_KEY = 'M';

/** Sort key of the last stored message of a queue. */
export const SEQUENCE_KEY = 'Q';

/** Sort key of what was published under an idempotency key, by run of its batch from 0. */
export function idempotencyKey(key: string, run: number): string {
  return `I#${run}#${key}`;
}

/** Partition key of a topic. */
export function topicKey(topic: string): string {
  return `T#${topic}`;
}

/** The topic of a partition key. */
export function topicOfKey(key: unknown): string | undefined {
  return typeof key === 'string' && key.startsWith('T#') ? key.slice(2) : undefined;
}

/** Sort key of an event: 16 digits hold every safe integer, and texts of one length sort as their numbers. */
export function eventKey(offset: number): string {
  return `E#${String(offset).padStart(16, '0')}`;
}

/** After every event. */
export const LAST_EVENT_KEY = 'E#9999999999999999';

/** A row whose attributes nobody has checked yet. */
export type StoredWake = Readonly<Record<string, unknown>>;

/** The row of a wake, without its expiry. */
export function wakeRow(topic: string, wake: Wake): Record<string, unknown> {
  const { connectionId, requestId, token } = wake.key;
  return {
    pk: topicKey(topic),
    sk: `W#${wakeId(wake)}`,
    kind: wake.kind,
    connectionId,
    requestId: requestKey(requestId),
    token,
    ...(wake.kind === 'start' ? { epoch: wake.from.epoch, offset: wake.from.offset, resumed: wake.resumed } : {}),
    ...(wake.kind === 'close' ? { attempt: wake.attempt } : {}),
  };
}

/** The wake of a row; undefined for other rows. */
export function wakeOf(topic: string, row: StoredWake): Wake | undefined {
  const { kind, connectionId, requestId, token, epoch, offset, resumed, attempt } = row;
  if (typeof connectionId !== 'string' || typeof requestId !== 'string' || typeof token !== 'string') return undefined;
  const key = { topic, connectionId, requestId: requestIdOf(requestId), token };
  if (kind === 'stop') return { kind, key };
  if (kind === 'close') return typeof attempt === 'number' ? { kind, key, attempt } : undefined;
  if (kind !== 'start' || typeof epoch !== 'string' || typeof offset !== 'number') return undefined;
  return { kind, key, from: { epoch, offset }, resumed: resumed === true };
}
