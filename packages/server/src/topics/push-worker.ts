/**
 * The Lambda handler of the queue of pushes (ReportBatchItemFailures): posts a run of events to the followers in one shard of a big topic. A
 * message fails when a table cannot be read, or when it is none; SQS brings it back twice and then puts it aside.
 */

import type { Logger } from '../telemetry/logger.js';
import { runAfter } from './event-run.js';
import { eventsFrames } from './events-frames.js';
import type { FanoutResult } from './fanout-function.js';
import { createLanes } from './parallel.js';
import { type PushParts, pushToShard } from './push-events.js';
import { type PushMessage, readPushMessage } from './push-message.js';
import type { TopicLog } from './topic-log.js';

/** A message as Lambda gets it; only what is read here. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export type PushWorkerParts = Omit<PushParts, 'lanes'> & {
  readonly topics: Pick<TopicLog, 'read'>;
  readonly log: Logger;
  /** Connections posted to at the same time. @default 64 */
  readonly parallelSends?: number;
};

const PARALLEL_SENDS = 64;

/** Serves batches of the queue. Never rejects. */
export function createPushWorker(parts: PushWorkerParts): (event: QueueEvent) => Promise<FanoutResult> {
  const lanes = createLanes(parts.parallelSends ?? PARALLEL_SENDS);
  const work = async ({ topic, epoch, after, to, shard, shards }: PushMessage): Promise<void> => {
    const { events } = runAfter(await parts.topics.read(topic, after, to - after), { epoch, offset: after });
    await pushToShard({ ...parts, lanes }, { topic, shard, shards }, eventsFrames(parts.log, { topic, epoch, events }));
  };
  return async ({ Records }) => {
    const failed = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          await work(readPushMessage(body));
          return [];
        } catch (cause) {
          parts.log.error('a push cannot be done now and is tried again', { messageId, cause });
          return [{ itemIdentifier: messageId }];
        }
      }),
    );
    return { batchItemFailures: failed.flat() };
  };
}
