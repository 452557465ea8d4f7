/**
 * What services of the stage, functions and event source mappings do with each other's queues and topics, without the wire: a topic delivers
 * to a queue, a mapping reads one, a failed event goes to a dead-letter queue. Every call is made in somebody's name and put to
 * `authorize` like one that came over HTTP. What is refused rejects with an `AwsError`.
 */
import type { ServicePrincipal } from '../iam/authorize.js';
import type { Principal } from '../parts.js';

/** In whose name a call is made, and what the service that makes it adds to the question (`aws:SourceArn`). */
export interface Caller {
  readonly principal: Principal | ServicePrincipal;
  readonly context?: Readonly<Record<string, string>>;
}

/** An attribute of a message, as SQS and SNS have it. Binary values are base64. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with an optional label: `Number.int`. */
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message to send. */
export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  /** FIFO queues and topics need one. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** A message as the event of a function has it. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, QueueRecordAttribute>>;
  readonly md5OfBody: string;
  readonly md5OfMessageAttributes?: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

export interface QueueRecordAttribute {
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly string[];
  readonly binaryListValues: readonly string[];
  readonly dataType: string;
}

/** The queues of the stage by ARN. */
export interface QueueAccess {
  has(queueArn: string): boolean;
  /** Resolves when the message is kept. */
  send(queueArn: string, message: OutgoingMessage, caller: Caller): Promise<void>;
  /** What is visible now, at most 10. */
  receive(queueArn: string, maxMessages: number, caller: Caller): Promise<readonly QueueRecord[]>;
  delete(queueArn: string, receiptHandles: readonly string[], caller: Caller): Promise<void>;
  /** How long a received message stays hidden. */
  visibilityTimeoutMs(queueArn: string, caller: Caller): number;
  /** Calls `wake` whenever a message may have become visible; the returned function ends it. */
  watch(queueArn: string, wake: () => void): () => void;
}

/** The topics of the stage by ARN. */
export interface TopicAccess {
  has(topicArn: string): boolean;
  publish(topicArn: string, message: OutgoingMessage, caller: Caller): Promise<void>;
}

/** Filled while the services start; one that no resource of the assembly needs stays away. */
export interface Neighbours {
  queues?: QueueAccess;
  topics?: TopicAccess;
}
