/**
 * ReceiveMessage: which attributes a receiver asked for, and how a message looks on the wire and in the event of a function.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import type { MessageAttributes, QueueRecord, QueueRecordAttribute } from '../neighbours.js';
import { sqsError } from './errors.js';
import { type Input, type Output, optionalNumber, textList } from './input.js';
import { md5, md5OfAttributes } from './message.js';
import type { Queue, ReceivedEntry, ReceiveRequest } from './queue.js';

const SYSTEM_ATTRIBUTES = [
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
];

/** @throws AwsError `InvalidParameterValueException` */
export function readReceiveRequest({ settings }: Queue, input: Input): ReceiveRequest {
  const visibilitySeconds = optionalNumber(input, 'VisibilityTimeout', { min: 0, max: 43_200 });
  const waitSeconds = optionalNumber(input, 'WaitTimeSeconds', { min: 0, max: 20 });
  return {
    maxMessages: optionalNumber(input, 'MaxNumberOfMessages', { min: 1, max: 10 }) ?? 1,
    visibilityTimeoutMs: visibilitySeconds === undefined ? settings.visibilityTimeoutMs : visibilitySeconds * 1000,
    waitMs: waitSeconds === undefined ? settings.waitMs : waitSeconds * 1000,
  };
}

/** `Messages` of the answer; absent when there is none. */
export function toMessages(entries: readonly ReceivedEntry[], input: Input): Output {
  const systemNames = [...textList(input, 'AttributeNames'), ...textList(input, 'MessageSystemAttributeNames')];
  const unknown = systemNames.find((name) => name !== 'All' && !SYSTEM_ATTRIBUTES.includes(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const names = textList(input, 'MessageAttributeNames');
  return entries.length === 0 ? {} : { Messages: entries.map((entry) => toMessage(entry, systemNames, names)) };
}

function toMessage(entry: ReceivedEntry, systemNames: readonly string[], names: readonly string[]): Output {
  const wanted = Object.entries(systemAttributes(entry)).filter(([name]) => systemNames.includes('All') || systemNames.includes(name));
  const attributes = chosen(entry.content.attributes, names);
  return {
    MessageId: entry.content.id,
    ReceiptHandle: entry.receiptHandle,
    Body: entry.content.body,
    MD5OfBody: md5(entry.content.body),
    ...(wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {}),
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) } : {}),
  };
}

function systemAttributes({ content, state, order }: ReceivedEntry): Readonly<Record<string, string>> {
  return {
    SenderId: content.senderId,
    SentTimestamp: String(content.sentAtMs),
    ApproximateReceiveCount: String(state.receiveCount),
    ApproximateFirstReceiveTimestamp: String(state.firstReceivedAtMs),
    ...(content.deduplicationId === undefined ? {} : { SequenceNumber: order, MessageDeduplicationId: content.deduplicationId }),
    ...(content.groupId === undefined ? {} : { MessageGroupId: content.groupId }),
    ...(content.traceHeader === undefined ? {} : { AWSTraceHeader: content.traceHeader }),
    ...(content.deadLetterSourceArn === undefined ? {} : { DeadLetterQueueSourceArn: content.deadLetterSourceArn }),
  };
}

/** `All` and `.*` are all, `prefix.*` those that begin so. */
function chosen(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const matches = (name: string): boolean =>
    names.some((wanted) => wanted === 'All' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => matches(name)));
}

/** A message in the event of a function. */
export function toRecord(entry: ReceivedEntry, source: { readonly arn: string; readonly region: string }): QueueRecord {
  const { content, receiptHandle } = entry;
  const digest = md5OfAttributes(content.attributes);
  return {
    messageId: content.id,
    receiptHandle,
    body: content.body,
    attributes: systemAttributes(entry),
    messageAttributes: recordAttributes(content.attributes),
    md5OfBody: md5(content.body),
    ...(digest === undefined ? {} : { md5OfMessageAttributes: digest }),
    eventSource: 'aws:sqs',
    eventSourceARN: source.arn,
    awsRegion: source.region,
  };
}

/** The attributes of a message in the event of a function. */
export function recordAttributes(attributes: MessageAttributes): QueueRecord['messageAttributes'] {
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, toRecordAttribute(attribute)]));
}

function toRecordAttribute({ DataType, StringValue, BinaryValue }: MessageAttributes[string]): QueueRecordAttribute {
  return {
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
