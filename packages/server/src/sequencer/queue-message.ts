/**
 * An event on its way to the sequencer: a line of JSON that says where to, and the event's own text. SQS refuses U+FFFE and U+FFFF, which
 * JSON can also spell in letters.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */

import * as z from 'zod';
import { checkIdempotencyKey } from '../topics/append-run.js';
import { checkEvents } from '../topics/topic-log.js';

const Head = z.object({
  topic: z.string().min(1),
  retainSeconds: z.int().positive(),
  /** Idempotency key. */
  key: z.string().optional(),
  /** Which event of the batch under the key, from 0. */
  part: z.int().nonnegative().optional(),
});

/** Where an event goes. */
export type QueueMessageHead = z.output<typeof Head>;

/** An event and where it goes. */
export interface QueueMessage extends QueueMessageHead {
  /** The event as JSON text. */
  readonly data: string;
}

/** The body of a message. */
export function writeQueueMessage({ data, ...head }: QueueMessage): string {
  return `${JSON.stringify(head)}\n${data}`.replace(/[\uFFFE\uFFFF]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/**
 * Reads a body.
 *
 * @throws Error for one that can never be stored: of another form, or an event that no log takes.
 */
export function readQueueMessage(body: string): QueueMessage {
  const end = body.indexOf('\n');
  if (end < 0) throw new Error('[SEQUENCER] malformed message: got one line, expected a line of JSON and the event');
  const data = body.slice(end + 1);
  JSON.parse(data);
  const head = Head.parse(JSON.parse(body.slice(0, end)));
  checkEvents(head.topic, [data]);
  checkIdempotencyKey(head.key);
  return { ...head, data };
}
