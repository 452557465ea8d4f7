/**
 * SendMessage and SendMessageBatch: checks a message as SQS does and hands it to the queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../parts.js';
import { invalidParameter, missingParameter, sqsError } from './errors.js';
import { attributeMap, type Input, type Output, optionalNumber, optionalText, text } from './input.js';
import { checkContent, maxMessageBytes, md5, md5OfAttributes, sizeOf } from './message.js';
import type { Queue } from './queue.js';

export interface SendParts {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly senderId: string;
}

/** Keeps one message. */
export async function sendMessage({ clock, queue, senderId }: SendParts, input: Input): Promise<Output> {
  const body = text(input, 'MessageBody');
  const attributes = attributeMap(input, 'MessageAttributes');
  checkContent(body, attributes, queue.settings.maxBytes);
  const systemAttributes = attributeMap(input, 'MessageSystemAttributes');
  const traceHeader = systemAttributes.AWSTraceHeader?.StringValue;
  const content = {
    id: randomUUID(),
    body,
    attributes,
    senderId,
    sentAtMs: clock.now(),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(queue.settings.fifo ? orderOf(queue, input, body) : withoutOrder(input)),
  };
  const { messageId, sequenceNumber } = await queue.send(content, delayOf(queue, input));
  const md5s = { MD5OfMessageAttributes: md5OfAttributes(attributes), MD5OfMessageSystemAttributes: md5OfAttributes(systemAttributes) };
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...md5s,
    ...(queue.settings.fifo ? { SequenceNumber: sequenceNumber } : {}),
  };
}

/** A batch as a whole may not be larger than one message may. @throws AwsError `BatchRequestTooLong` */
export function checkBatchSize(entries: readonly Input[]): void {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(String(entry.MessageBody ?? ''), attributeMap(entry, 'MessageAttributes')), 0);
  if (bytes > maxMessageBytes) {
    throw sqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${maxMessageBytes} bytes. You have sent ${bytes} bytes.`);
  }
}

const identifier = /^[!-~]{1,128}$/;

function orderOf(queue: Queue, input: Input, body: string): { readonly groupId: string; readonly deduplicationId: string } {
  const groupId = text(input, 'MessageGroupId');
  const given = optionalText(input, 'MessageDeduplicationId');
  if (given === undefined && !queue.settings.deduplicatesContent) {
    throw sqsError(
      'InvalidParameterValueException',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  const deduplicationId = given ?? createHash('sha256').update(body).digest('hex');
  for (const [name, value] of Object.entries({ MessageGroupId: groupId, MessageDeduplicationId: deduplicationId })) {
    if (!identifier.test(value))
      throw invalidParameter(name, value, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
  }
  return { groupId, deduplicationId };
}

/** A standard queue takes a group for fair delivery, and no deduplication id. */
function withoutOrder(input: Input): { readonly groupId?: string } {
  if (optionalText(input, 'MessageDeduplicationId') !== undefined) {
    throw invalidParameter(
      'MessageDeduplicationId',
      input.MessageDeduplicationId,
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  const groupId = optionalText(input, 'MessageGroupId');
  return groupId === undefined ? {} : { groupId };
}

function delayOf(queue: Queue, input: Input): number {
  const seconds = optionalNumber(input, 'DelaySeconds', { min: 0, max: 900 });
  if (queue.settings.fifo && seconds !== undefined && seconds > 0) {
    throw invalidParameter('DelaySeconds', seconds, 'The request include parameter that is not valid for this queue type.');
  }
  return seconds === undefined || queue.settings.fifo ? queue.settings.delayMs : seconds * 1000;
}

/** For callers inside the stage. @throws AwsError as SendMessage, and `MissingRequiredParameterException` without a body */
export function messageInput(message: {
  readonly body: string;
  readonly attributes?: unknown;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}): Input {
  if (message.body === '') throw missingParameter('MessageBody');
  return {
    MessageBody: message.body,
    MessageAttributes: message.attributes ?? {},
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
  };
}
