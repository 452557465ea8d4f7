/**
 * What the fan-out tells its workers: push these events of a topic to one of its shards. Offsets only: a worker reads the events itself.
 */

export interface PushMessage {
  readonly topic: string;
  readonly epoch: string;
  /** Offset before the first event. */
  readonly after: number;
  /** Offset of the last event. */
  readonly to: number;
  readonly shard: number;
  readonly shards: number;
}

/**
 * The message behind a text.
 *
 * @throws SyntaxError for one that is none.
 */
export function readPushMessage(text: string): PushMessage {
  const value: unknown = JSON.parse(text);
  const { topic, epoch, after, to, shard, shards } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const numbers = [after, to, shard, shards];
  if (typeof topic !== 'string' || typeof epoch !== 'string' || !numbers.every(Number.isSafeInteger)) {
    throw new SyntaxError(`[PUSH] not a push: got ${text.slice(0, 200)}, expected topic, epoch, after, to, shard and shards`);
  }
  return { topic, epoch, after, to, shard, shards } as PushMessage;
}
