/**
 * A record of the topics table's stream, read: an event was stored, or a subscription is to be started or stopped. Keys and attributes
 * are those that `dynamodb-topic-log.ts` writes.
 */

import { type StoredWake, topicOfKey, wakeOf } from './topic-keys.js';
import type { Wake } from './wake.js';

export type TopicRecord =
  | { readonly kind: 'event'; readonly topic: string; readonly offset: number }
  | { readonly kind: 'wake'; readonly topic: string; readonly wake: Wake };

/** An attribute as a stream record has it. */
type StreamValue = { readonly S?: string; readonly N?: string; readonly BOOL?: boolean };

/** A DynamoDB stream record as Lambda gets it; only what is read here. */
export interface StreamRecord {
  readonly eventName?: string;
  readonly dynamodb?: {
    readonly SequenceNumber?: string;
    readonly NewImage?: Readonly<Record<string, unknown>>;
  };
}

/**
 * What a record says; undefined for rows of other kinds, changes and deletions.
 *
 * @throws SyntaxError for a wake whose request id is no JSON.
 */
export function readStreamRecord({ eventName, dynamodb }: StreamRecord): TopicRecord | undefined {
  const image = dynamodb?.NewImage;
  if (eventName !== 'INSERT' || !image) return undefined;
  const row: StoredWake = Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plain(value as StreamValue)]));
  const topic = topicOfKey(row.pk);
  if (topic === undefined || typeof row.sk !== 'string') return undefined;
  if (row.sk.startsWith('E#')) return typeof row.offset === 'number' ? { kind: 'event', topic, offset: row.offset } : undefined;
  const wake = wakeOf(topic, row);
  return wake && { kind: 'wake', topic, wake };
}

function plain(value: StreamValue): string | number | boolean | undefined {
  if (value.S !== undefined) return value.S;
  return value.N === undefined ? value.BOOL : Number(value.N);
}
