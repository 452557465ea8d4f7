/**
 * Publish and PublishBatch: checks a message as SNS does, drops repetitions on FIFO topics, and delivers it to every subscription that takes
 * it. Resolves when the queues have it, so an acknowledged message outlives the stage.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../../parts.js';
import type { MessageAttributes } from '../neighbours.js';
import type { Deliveries } from './delivery.js';
import { invalidParameter } from './errors.js';
import type { Notification } from './notification.js';
import type { Subscription, Topic } from './topic.js';

/** A message as it was published. */
export interface PublishInput {
  readonly message: string;
  readonly subject?: string;
  /** `json`: the message has a text per protocol. */
  readonly structure?: string;
  readonly attributes: MessageAttributes;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

export interface PublishResult {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

/** https://docs.aws.amazon.com/general/latest/gr/sns.html#limits_sns */
export const maxPublishBytes = 262_144;

const deduplicationMs = 5 * 60_000;

export class Publisher {
  readonly #clock: Clock;
  readonly #deliveries: Deliveries;
  /** What was published in the last five minutes, by topic and deduplication id; oldest first. */
  readonly #published = new Map<string, PublishResult & { readonly atMs: number }>();
  #lastSequence = 0n;

  constructor(clock: Clock, deliveries: Deliveries) {
    this.#clock = clock;
    this.#deliveries = deliveries;
  }

  /** @throws AwsError `InvalidParameter` */
  async publish(topic: Topic, subscriptions: readonly Subscription[], input: PublishInput): Promise<PublishResult> {
    const texts = readTexts(input);
    checkSize(input);
    const order = topic.fifo ? orderOf(topic, input) : withoutOrder(input);
    const key =
      order.deduplicationId === undefined ? undefined : `${topic.arn} ${topic.perGroup ? order.groupId : ''} ${order.deduplicationId}`;
    const known = key === undefined ? undefined : this.#known(key);
    if (known !== undefined) return known;
    const atMs = this.#clock.now();
    const result = { messageId: randomUUID(), ...(topic.fifo ? { sequenceNumber: this.#nextSequence() } : {}) };
    if (key !== undefined) this.#published.set(key, { ...result, atMs });
    const { subject, attributes } = input;
    const notification: Notification = {
      ...result,
      ...order,
      topicArn: topic.arn,
      texts,
      attributes,
      atMs,
      ...(subject === undefined ? {} : { subject }),
    };
    const wanted = subscriptions.filter(({ filter, protocol }) => filter({ body: texts[protocol] ?? texts.default, attributes }));
    await Promise.all(wanted.map((subscription) => this.#deliveries.deliver(subscription, notification)));
    return result;
  }

  #known(key: string): PublishResult | undefined {
    const oldestMs = this.#clock.now() - deduplicationMs;
    for (const [each, { atMs }] of this.#published) {
      if (atMs > oldestMs) break;
      this.#published.delete(each);
    }
    return this.#published.get(key);
  }

  #nextSequence(): string {
    const byTime = 10_000_000_000_000_000_000n + BigInt(this.#clock.now()) * 1_000_000n;
    this.#lastSequence = byTime > this.#lastSequence ? byTime : this.#lastSequence + 1n;
    return String(this.#lastSequence);
  }
}

function readTexts({ message, structure }: PublishInput): Notification['texts'] {
  if (message === '') throw invalidParameter('Empty message');
  if (structure === undefined) return { default: message };
  if (structure !== 'json') throw invalidParameter('MessageStructure');
  const texts = parse(message);
  if (typeof texts.default !== 'string') throw invalidParameter('Message Structure - No default entry in JSON message body');
  return texts as Notification['texts'];
}

function parse(message: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(message) as Readonly<Record<string, unknown>>;
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
}

/** Bytes that count towards the limit. */
export function publishSize({ message, attributes }: PublishInput): number {
  const sizes = Object.entries(attributes).map(([name, { DataType, StringValue = '', BinaryValue = '' }]) => {
    return Buffer.byteLength(name + DataType + StringValue) + Buffer.from(BinaryValue, 'base64').length;
  });
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(message));
}

function checkSize(input: PublishInput): void {
  if (publishSize(input) > maxPublishBytes) throw invalidParameter('Message too long');
}

/** What a queue takes as well. */
const identifier = /^[!-~]{1,128}$/;

interface Order {
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

function orderOf(topic: Topic, { groupId, deduplicationId, message }: PublishInput): Order {
  if (groupId === undefined) throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (deduplicationId === undefined && !topic.deduplicatesContent) {
    throw invalidParameter('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  }
  const order = { groupId, deduplicationId: deduplicationId ?? createHash('sha256').update(message).digest('hex') };
  const wrong = Object.entries(order).find(([, value]) => !identifier.test(value));
  if (wrong !== undefined)
    throw invalidParameter(`The ${wrong[0]} parameter can only include alphanumeric and punctuation characters, 1 to 128 of them`);
  return order;
}

/** A standard topic passes a group on for fair queues. */
function withoutOrder({ groupId, deduplicationId }: PublishInput): Order {
  if (deduplicationId !== undefined) {
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  return groupId === undefined ? {} : { groupId };
}
