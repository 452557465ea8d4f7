/**
 * The topics table's stream and Lambda's event source mapping on it: records come late, in batches, at least once, in order per partition
 * key; shards are worked off side by side, each by one invocation at a time; a failed batch comes again from its first failed record.
 * Source: "Using AWS Lambda with DynamoDB".
 */

import type { FanoutEvent, FanoutResult } from '@org/gateway-server';
import type { Row } from '@org/gateway-server/parts';
import type { Faults } from './faults.js';
import type { ModelFunction } from './functions.js';
import type { Random } from './random.js';
import type { Simulator } from './simulator.js';
import { imageOf } from './table.js';
import type { Trace } from './trace.js';

/** The stream of one table. */
export interface Stream {
  /** A row was inserted. */
  push(row: Row): void;
  /** Says who works it off. */
  feed(fanout: ModelFunction<FanoutEvent, FanoutResult>): void;
  /** Records that nobody has worked off. */
  readonly length: number;
}

export interface StreamParts {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
}

const SHARDS = 2;
/** `batchSize` of the event source mapping. */
const MAX_BATCH = 100;
const MAX_BACKOFF_MS = 5_000;

type StreamRecord = FanoutEvent['Records'][number];

/** An empty stream. */
export function createStream({ simulator, random, faults, trace }: StreamParts): Stream {
  const shards: StreamRecord[][] = Array.from({ length: SHARDS }, () => []);
  const busy = new Set<number>();
  let function_: ModelFunction<FanoutEvent, FanoutResult> | undefined;
  let records = 0;

  /** How many records of the batch are done. */
  const workOff = async (batch: readonly StreamRecord[]): Promise<number> => {
    const invoked = await function_?.invoke({ Records: batch });
    if (!invoked?.ok) return 0;
    const failed = new Set(invoked.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const first = batch.findIndex(({ dynamodb }) => failed.has(String(dynamodb?.SequenceNumber)));
    if (first >= 0) trace.note('stream', 'tries again from record', batch[first]?.dynamodb?.SequenceNumber);
    return first < 0 ? batch.length : first;
  };
  const drain = async (shard: number) => {
    const queue = shards[shard] as StreamRecord[];
    busy.add(shard);
    let failures = 0;
    while (queue.length > 0) {
      const lateMs = faults.hit('stream late') ? random.between(1_000, 60_000) : random.between(30, 220);
      await simulator.sleep(lateMs + Math.min(MAX_BACKOFF_MS, failures && 100 * 2 ** failures));
      // After a failure Lambda halves the batch.
      const batch = queue.slice(0, Math.max(1, Math.floor(MAX_BATCH / 2 ** failures)));
      const done = await workOff(batch);
      failures = done > 0 ? 0 : failures + 1;
      if (done === 0 || !faults.hit('batch repeated')) queue.splice(0, done);
    }
    busy.delete(shard);
  };
  return {
    get length() {
      return shards.reduce((sum, { length }) => sum + length, 0);
    },
    feed(fanout) {
      function_ = fanout;
    },
    push(row) {
      records += 1;
      const shard = shardOf(String(row.pk));
      shards[shard]?.push({ eventName: 'INSERT', dynamodb: { SequenceNumber: String(records), NewImage: imageOf(row) } });
      if (!busy.has(shard)) void drain(shard);
    },
  };
}

function shardOf(key: string): number {
  let sum = 0;
  for (let at = 0; at < key.length; at++) sum += key.charCodeAt(at);
  return sum % SHARDS;
}
