/**
 * Messages of a FIFO queue as events. Lambda reads a message group in order and one batch at a time, and hands a batch out again when its
 * reader died; sequence numbers of a group only grow. So the topic keeps the last number that was stored, written in the transaction of
 * the events: what comes again is below it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-key-terms.html
 */

import type { EventPosition } from '@org/gateway-core/protocol';
import { type AppendParts, keyedRun, type Run } from './dynamodb-append.js';
import { SEQUENCE_KEY, topicKey } from './topic-keys.js';
import type { SequencedMessage } from './topic-log.js';

/** Digits of SQS's numbers have one length today, 20; as texts they sort like numbers when they have. */
const SEQUENCE_DIGITS = 40;

/** Stores messages of one topic that are new. */
export function createSequence(parts: AppendParts, append: (run: Run) => Promise<EventPosition>) {
  const { table } = parts;
  const keyOf = (topic: string, { data, idempotencyKey: key, part = 0 }: SequencedMessage) =>
    key === undefined ? undefined : keyedRun(parts, { topic, events: [data], key, run: part });

  const isNew = async (topic: string, message: SequencedMessage, after: string): Promise<boolean> => {
    if (sortable(message.sequence) <= after) return false;
    // Other events under a known key: the publisher has gone; the first publication counts.
    const known = await keyOf(topic, message)
      ?.known()
      .catch(() => 'other');
    return known === undefined;
  };

  const newOnes = async (topic: string, messages: readonly SequencedMessage[]): Promise<readonly SequencedMessage[]> => {
    const after = String((await table.get(topicKey(topic), SEQUENCE_KEY))?.sequence ?? '');
    const fresh = await Promise.all(messages.map((message) => isNew(topic, message, after)));
    return messages.filter((_, at) => fresh[at]);
  };

  return async (topic: string, messages: readonly SequencedMessage[], retainSeconds: number): Promise<void> => {
    let rest = withoutRepeatedKeys(messages);
    while (rest.length > 0) {
      const run = rest;
      const [first, last] = [run[0], run.at(-1)].map((message) => sortable(message?.sequence ?? ''));
      const sequence = { pk: topicKey(topic), sk: SEQUENCE_KEY, sequence: last };
      await append({
        topic,
        events: run.map(({ data }) => data),
        retainSeconds,
        beside: ({ epoch, offset }) => [
          { row: sequence, condition: { rising: { sequence: first ?? '' } } },
          ...run.flatMap((message, at) => keyOf(topic, message)?.row({ epoch, offset: offset + at }) ?? []),
        ],
        settled: async () => {
          rest = await newOnes(topic, run);
          return rest.length === run.length ? undefined : NOTHING_HERE;
        },
      });
      if (rest === run) return;
    }
  };
}

/** A batch was cut down; its rest is appended next. */
const NOTHING_HERE: EventPosition = { epoch: '', offset: 0 };

/** One transaction cannot write one key twice. */
function withoutRepeatedKeys(messages: readonly SequencedMessage[]): readonly SequencedMessage[] {
  const keys = messages.map(({ idempotencyKey: key, part = 0 }) => (key === undefined ? undefined : JSON.stringify([key, part])));
  return messages.filter((_, at) => keys[at] === undefined || keys.indexOf(keys[at]) === at);
}

function sortable(sequence: string): string {
  return sequence.padStart(SEQUENCE_DIGITS, '0');
}
