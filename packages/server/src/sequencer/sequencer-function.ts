/**
 * The Lambda handler of the sequencer's queue (FIFO, ReportBatchItemFailures): gives the events of a topic their offsets, in the order of the
 * queue, ten at most in one transaction. A batch that comes again, because its reader died or its answer was lost, adds nothing: see
 * `topics/dynamodb-sequence.ts`.
 *
 * What fails comes again, and with it the rest of its topic, so that nothing overtakes it; other topics go on. A message that nobody could
 * store at any time is put with the dead letters here and now: left to SQS, it would hold up its topic until it had failed often enough, and
 * take those behind it along, whose attempts are counted with its own.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */

import type { Logger } from '../telemetry/logger.js';
import type { TopicLog } from '../topics/topic-log.js';
import { type QueueMessage, readQueueMessage } from './queue-message.js';

/** A message as Lambda reads it from a FIFO queue. */
export interface SequencerRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly MessageGroupId: string; readonly SequenceNumber: string };
}

export interface SequencerEvent {
  readonly Records: readonly SequencerRecord[];
}

export interface SequencerResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface SequencerParts {
  readonly topics: Pick<TopicLog, 'sequence'>;
  /** Keeps what cannot be stored. The same message again is no second one. */
  readonly bury: (record: SequencerRecord) => Promise<void>;
  readonly log: Logger;
}

/** A record and what it says; undefined for one that cannot be stored. */
interface Read {
  readonly record: SequencerRecord;
  readonly message: QueueMessage | undefined;
}

/** Serves batches of the queue. */
export function createSequencerHandler(parts: SequencerParts): (event: SequencerEvent) => Promise<SequencerResult> {
  return async ({ Records }) => {
    const groups = groupsOf(Records, ({ attributes }) => attributes.MessageGroupId);
    const failed = await Promise.all(groups.map((group) => serveGroup(parts, group)));
    return { batchItemFailures: failed.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

/** Stores a group in order; gives those that come again. */
async function serveGroup(parts: SequencerParts, records: readonly SequencerRecord[]): Promise<readonly SequencerRecord[]> {
  const read = records.map((record): Read => ({ record, message: readable(record, parts) }));
  const runs = runsOf(read);
  for (const [at, run] of runs.entries()) {
    try {
      await store(parts, run);
    } catch (cause) {
      const rest = runs.slice(at).flatMap((each) => each.map(({ record }) => record));
      parts.log.error('events could not be given their offsets, and come again', {
        topic: run[0]?.message?.topic,
        events: rest.length,
        cause,
      });
      return rest;
    }
  }
  return [];
}

async function store({ topics, bury }: SequencerParts, run: readonly Read[]): Promise<void> {
  const topic = run[0]?.message?.topic;
  if (topic === undefined) {
    for (const { record } of run) await bury(record);
    return;
  }
  const messages = run.flatMap(({ record, message }) =>
    message === undefined ? [] : [{ sequence: record.attributes.SequenceNumber, message }],
  );
  await topics.sequence(
    topic,
    messages.map(({ sequence, message: { data, key, part } }) => ({ data, sequence, idempotencyKey: key, part })),
    Math.max(...messages.map(({ message }) => message.retainSeconds)),
  );
}

function readable(record: SequencerRecord, { log }: SequencerParts): QueueMessage | undefined {
  try {
    return readQueueMessage(record.body);
  } catch (cause) {
    log.error('a message cannot be stored and is put with the dead letters', { messageId: record.messageId, cause });
    return undefined;
  }
}

/** Neighbours of one topic, or neighbours that cannot be stored. */
function runsOf(read: readonly Read[]): readonly (readonly Read[])[] {
  const runs: Read[][] = [];
  for (const each of read) {
    const run = runs.at(-1);
    if (run !== undefined && run[0]?.message?.topic === each.message?.topic) run.push(each);
    else runs.push([each]);
  }
  return runs;
}

function groupsOf<TItem>(items: readonly TItem[], groupOf: (item: TItem) => string): readonly (readonly TItem[])[] {
  const groups = new Map<string, TItem[]>();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  return [...groups.values()];
}
