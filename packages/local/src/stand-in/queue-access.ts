/** The queues of the endpoint for the rest of the stage: event source mappings, dead-letter queues and destinations, topics of the stage. */
import type { MessageAttributes, QueueAccess, QueueRecord } from '../services/neighbours.js';
import type { ServiceParts } from '../services/service-module.js';
import { queueDoesNotExist } from '../services/sqs/errors.js';
import { askSqs } from '../services/sqs/permission.js';
import { readSettings } from '../services/sqs/queue-attributes.js';
import { recordAttributes } from '../services/sqs/receive.js';
import { messageInput } from '../services/sqs/send.js';
import type { StandInQueue } from './ensure-queues.js';
import { callJson, type Json } from './json-call.js';
import type { StandIn } from './open.js';
import { pollBy } from './parts.js';
import type { QueueUrls } from './queue-urls.js';

export interface QueueAccessParts {
  readonly standIn: StandIn;
  readonly urls: QueueUrls;
  /** Of the template, by ARN. */
  readonly queues: ReadonlyMap<string, StandInQueue>;
}

interface WireMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: MessageAttributes;
}

/** A batch has ten entries at most. */
const maxBatch = 10;

export function createQueueAccess(parts: ServiceParts, { standIn, urls, queues }: QueueAccessParts): QueueAccess {
  const call = async (operation: string, queueArn: string, input: Json): Promise<Json> => {
    const QueueUrl = await urls.theirs(queueArn.slice(queueArn.lastIndexOf(':') + 1));
    return callJson(standIn.client, { service: 'sqs', target: `AmazonSQS.${operation}`, input: { QueueUrl, ...input } });
  };
  return {
    has: (queueArn) => queues.has(queueArn),
    async send(queueArn, message, caller) {
      askSqs(parts, { action: 'SendMessage', resource: queueArn, caller });
      await call('SendMessage', queueArn, messageInput(message));
    },
    async receive(queueArn, maxMessages, caller) {
      askSqs(parts, { action: 'ReceiveMessage', resource: queueArn, caller });
      const everything = { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] };
      const { Messages = [] } = await call('ReceiveMessage', queueArn, {
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: 0,
        ...everything,
      });
      const { region } = parts.environment;
      return (Messages as readonly WireMessage[]).map((message) => toRecord(message, { queueArn, region, standIn }));
    },
    async delete(queueArn, receiptHandles, caller) {
      askSqs(parts, { action: 'DeleteMessage', resource: queueArn, caller });
      for (let start = 0; start < receiptHandles.length; start += maxBatch) {
        const handles = receiptHandles.slice(start, start + maxBatch);
        const entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const { Failed = [] } = await call('DeleteMessageBatch', queueArn, { Entries: entries });
        const [first] = Failed as readonly { readonly Message?: string; readonly Code?: string }[];
        if (first !== undefined) throw new Error(first.Message ?? first.Code ?? 'a message cannot be deleted');
      }
    },
    visibilityTimeoutMs(queueArn, caller) {
      askSqs(parts, { action: 'GetQueueAttributes', resource: queueArn, caller });
      const queue = queues.get(queueArn);
      if (queue === undefined) throw queueDoesNotExist();
      return readSettings(queue.attributes, queue.name.endsWith('.fifo')).visibilityTimeoutMs;
    },
    watch: (_queueArn, wake) => pollBy(parts.clock, wake),
  };
}

function toRecord(
  message: WireMessage,
  { queueArn, region, standIn }: { readonly queueArn: string; readonly region: string; readonly standIn: StandIn },
): QueueRecord {
  const { MD5OfMessageAttributes: digest, MessageAttributes: attributes = {}, Attributes: system = {} } = message;
  const source = system.DeadLetterQueueSourceArn;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: { ...system, ...(source === undefined ? {} : { DeadLetterQueueSourceArn: standIn.arns.toOurs(source) }) },
    messageAttributes: recordAttributes(attributes),
    md5OfBody: message.MD5OfBody,
    ...(digest === undefined ? {} : { md5OfMessageAttributes: digest }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}
