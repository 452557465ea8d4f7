/**
 * A message: what was sent, what SQS adds, and the MD5 digests that SDK clients compare.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
import { createHash } from 'node:crypto';
import type { MessageAttributes } from '../neighbours.js';
import { invalidParameter, sqsError } from './errors.js';

/** What never changes about a message while it is in a queue. */
export interface MessageContent {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string;
  /** Access key's role and session, or the service. */
  readonly senderId: string;
  readonly sentAtMs: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** The queue that gave it up, in a dead-letter queue. */
  readonly deadLetterSourceArn?: string;
}

/** What changes. */
export interface MessageState {
  /** The message is hidden before: by a delay, or by a receive. */
  readonly visibleAtMs: number;
  /** Over all queues it was in. */
  readonly receiveCount: number;
  /** In this queue, which is what `maxReceiveCount` counts. */
  readonly receivesHere: number;
  readonly firstReceivedAtMs?: number;
  /** Secret of the newest receipt handle; absent before the first receive. */
  readonly receipt?: string;
  /** Retention counts from here. */
  readonly keptSinceMs: number;
}

/** The largest message and the largest batch: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxMessageBytes = 1_048_576;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that SQS refuses, with U+FFFE, U+FFFF and lone surrogates
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/u;

/**
 * Checks body and attributes as SendMessage does.
 *
 * @throws AwsError `InvalidMessageContents`, `InvalidParameterValueException`
 */
export function checkContent(body: string, attributes: MessageAttributes, maxBytes: number): void {
  if (forbidden.test(body)) {
    throw sqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  checkAttributes(attributes);
  if (sizeOf(body, attributes) > maxBytes) {
    throw sqsError(
      'InvalidParameterValueException',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
    );
  }
}

const attributeName = /^(?!aws\.|amazon\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

function checkAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > 10) {
    throw sqsError('InvalidParameterValueException', `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  }
  for (const [name, attribute] of entries) {
    if (!attributeName.test(name)) throw invalidParameter('MessageAttributes', name, 'The message attribute name is invalid.');
    const { DataType: type, StringValue: text, BinaryValue: binary } = attribute;
    if (!/^(String|Number|Binary)(\..+)?$/.test(type)) {
      throw sqsError(
        'InvalidParameterValueException',
        `The type of message attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
      );
    }
    const value = type.startsWith('Binary') ? binary : text;
    if (value === undefined || value === '') {
      throw sqsError(
        'InvalidParameterValueException',
        `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    if (type.startsWith('Number') && !Number.isFinite(Number(value))) {
      throw sqsError('InvalidParameterValueException', `Can't cast the value of message attribute '${name}' to a number.`);
    }
  }
}

/** Bytes of body, names, types and values. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  const sizes = Object.entries(attributes).map(
    ([name, { DataType, StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      (BinaryValue === undefined ? Buffer.byteLength(StringValue) : Buffer.from(BinaryValue, 'base64').length),
  );
  return Buffer.byteLength(body) + sizes.reduce((sum, size) => sum + size, 0);
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Names in order; of each name, type and value the length in four bytes and the bytes. `undefined` without attributes. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort((left, right) => (left < right ? -1 : 1));
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType, StringValue = '', BinaryValue } = attributes[name]!;
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.from([BinaryValue === undefined ? 1 : 2]));
    add(BinaryValue === undefined ? Buffer.from(StringValue) : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}
