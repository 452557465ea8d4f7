/**
 * What a subscriber gets: the JSON around a message for queues, and the event of a function.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 *
 * Signatures are not made: they stand for AWS's key, which nobody has.
 */
import type { MessageAttributes } from '../neighbours.js';
import type { Subscription } from './topic.js';

/** A message of a topic, accepted. */
export interface Notification {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** The text for everybody, and for single protocols with `MessageStructure: json`. */
  readonly texts: { readonly default: string; readonly [protocol: string]: string };
  readonly attributes: MessageAttributes;
  readonly atMs: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly sequenceNumber?: string;
}

export function textFor(notification: Notification, protocol: string): string {
  return notification.texts[protocol] ?? notification.texts.default;
}

/** The JSON that a queue gets without raw delivery. FIFO topics sign nothing and number their messages. */
export function envelope(notification: Notification, subscription: Subscription, unsubscribeUrl: string): string {
  const { messageId, topicArn, subject, sequenceNumber, atMs, attributes } = notification;
  const signed = { SignatureVersion: '1', Signature: SIGNATURE, SigningCertURL: certificateUrl(topicArn) };
  return JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    TopicArn: topicArn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: textFor(notification, subscription.protocol),
    Timestamp: new Date(atMs).toISOString(),
    ...(sequenceNumber === undefined ? signed : {}),
    UnsubscribeURL: unsubscribeUrl,
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: plainAttributes(attributes) } : {}),
  });
}

/** The event of a function. */
export function functionEvent(notification: Notification, subscription: Subscription, unsubscribeUrl: string): unknown {
  const { messageId, topicArn, subject = null, atMs, attributes } = notification;
  const Sns = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    Subject: subject,
    Message: textFor(notification, 'lambda'),
    Timestamp: new Date(atMs).toISOString(),
    SignatureVersion: '1',
    Signature: SIGNATURE,
    SigningCertUrl: certificateUrl(topicArn),
    UnsubscribeUrl: unsubscribeUrl,
    MessageAttributes: plainAttributes(attributes),
  };
  return { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }] };
}

const SIGNATURE = 'not-signed-by-the-local-stage';

function certificateUrl(topicArn: string): string {
  return `https://sns.${topicArn.split(':')[3]}.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem`;
}

function plainAttributes(attributes: MessageAttributes): Record<string, { Type: string; Value: string }> {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => {
    return [name, { Type: DataType, Value: StringValue ?? BinaryValue ?? '' }] as const;
  });
  return Object.fromEntries(entries);
}
