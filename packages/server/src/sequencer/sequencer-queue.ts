/**
 * The way to the sequencer: a FIFO queue whose message groups are topics, so that SQS keeps the order of a topic and hands it to one reader
 * at a time. A message that is sent again within five minutes under the id it had counts once; an idempotency key goes on to the log, which
 * knows it for a day.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */

import { createHash } from 'node:crypto';
import { GatewayError } from '@org/gateway-core/errors';
import { fifoId } from '../bus/fifo-id.js';
import { type AwsOptions, lazily } from '../resources/aws-options.js';
import { backendFailure } from '../resources/backend-failure.js';
import { checkIdempotencyKey } from '../topics/append-run.js';
import { type AppendOptions, checkEvents } from '../topics/topic-log.js';
import { writeQueueMessage } from './queue-message.js';
import type { Sqs } from './sqs.js';

/** Events for the sequencer. */
export interface SequencerQueue {
  /**
   * Resolves once all events are in the queue, in their order. Rejects with what `TopicLog.append` refuses a publication for, and
   * SERVICE_UNAVAILABLE when SQS did not take all of them: then a part may have been.
   */
  send(topic: string, events: readonly string[], retainSeconds: number, options?: AppendOptions): Promise<void>;
  /** Closes its connections. */
  close(): Promise<void>;
}

export interface SequencerQueueOptions {
  readonly queueUrl: string;
  /** Unique. */
  readonly newId: () => string;
  /** Where SQS is and who asks. @default the SDK's own: the function's region and role */
  readonly aws?: AwsOptions;
}

/** Of one request. SQS takes more by now; an event and its head always fit. */
const MAX_MESSAGES = 10;
const MAX_BYTES = 262_144;

/** Opens nothing until the first event. */
export function createSequencerQueue({ queueUrl, newId, aws = {} }: SequencerQueueOptions): SequencerQueue {
  let opened: Promise<Sqs> | undefined;
  const open = lazily(() => {
    opened = import('./sqs.js').then(({ openSqs }) => openSqs(aws));
    return opened;
  });
  return {
    send: async (topic, events, retainSeconds, { idempotencyKey: key } = {}) => {
      checkEvents(topic, events);
      checkIdempotencyKey(key);
      const group = fifoId(topic);
      const messages = events.map((data, part) => ({
        body: writeQueueMessage({ topic, retainSeconds, data, ...(key === undefined ? {} : { key, part }) }),
        id: key === undefined ? newId() : publicationId(key, part),
      }));
      for (const batch of batchesOf(messages)) {
        const entries = batch.map(({ body, id }, at) => ({
          Id: String(at),
          MessageBody: body,
          MessageGroupId: group,
          MessageDeduplicationId: id,
        }));
        const failed = await open()
          .then((sqs) => sqs.send(queueUrl, entries))
          .catch((cause: unknown) => {
            throw backendFailure(cause, { resource: RESOURCE, physicalName: queueUrl, operation: 'publish', action: 'sqs:SendMessage' });
          });
        if (failed.length > 0) throw notTaken(topic, failed[0]?.Code);
      }
    },
    close: async () => (await opened)?.close(),
  };
}

/** The queue that a function's environment names, if it names one. */
export function sequencerOf(
  { sequencerQueue }: { readonly sequencerQueue: string | undefined },
  { newId }: Pick<SequencerQueueOptions, 'newId'>,
): SequencerQueue | undefined {
  return sequencerQueue === undefined ? undefined : createSequencerQueue({ queueUrl: sequencerQueue, newId });
}

/** For the text of errors. */
const RESOURCE = { kind: 'topics', name: 'Sequencer', service: '' } as const;

interface Message {
  readonly body: string;
  readonly id: string;
}

/** In order, as many as one request takes. */
function batchesOf(messages: readonly Message[]): readonly (readonly Message[])[] {
  const batches: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    const batch = batches.at(-1);
    bytes += size;
    if (batch !== undefined && batch.length < MAX_MESSAGES && bytes <= MAX_BYTES) batch.push(message);
    else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}

/** The same for the same event of the same publication; keys may have characters that SQS does not take. */
function publicationId(key: string, part: number): string {
  return createHash('sha256')
    .update(JSON.stringify([key, part]))
    .digest('hex');
}

function notTaken(topic: string, code = 'no reason'): GatewayError {
  return new GatewayError(
    'SERVICE_UNAVAILABLE',
    `[SERVICE_UNAVAILABLE] not every event on ${topic} was queued (${code}); publish again, with a key so that none comes twice`,
  );
}
