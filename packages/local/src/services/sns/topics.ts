/** The topics of the template with their subscriptions, and those that CreateTopic and Subscribe add while the stage runs: they end with it. */
import { randomUUID } from 'node:crypto';
import type { ServiceParts } from '../service-module.js';
import { Deliveries } from './delivery.js';
import { invalidParameter, snsError } from './errors.js';
import { arnOfTopic } from './permission.js';
import { Publisher, type PublishInput, type PublishResult } from './publish.js';
import { readSubscription, readTopic, type Subscription, type Topic } from './topic.js';

const PROTOCOLS = ['sqs', 'lambda', 'http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose'];

const TOPIC_ATTRIBUTES = ['DisplayName', 'FifoTopic', 'ContentBasedDeduplication', 'FifoThroughputScope'];
const SUBSCRIPTION_ATTRIBUTES = ['RawMessageDelivery', 'FilterPolicy', 'FilterPolicyScope', 'RedrivePolicy'];

const topicName = /^(?:[\w-]{1,256}|[\w-]{1,251}\.fifo)$/;

export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #deliveries: Deliveries;
  readonly #publisher: Publisher;
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#deliveries = new Deliveries(parts);
    this.#publisher = new Publisher(parts.clock, this.#deliveries);
    const resources = parts.stacks.flatMap((stack) => stack.resources);
    for (const { type, physicalId, properties } of resources) {
      if (type !== 'AWS::SNS::Topic') continue;
      this.#topics.set(physicalId, readTopic(physicalId, properties));
      const inline = (properties.Subscription ?? []) as readonly Readonly<Record<string, unknown>>[];
      for (const [index, each] of inline.entries())
        this.#add(readSubscription(`${physicalId}:inline-${index}`, { ...each, TopicArn: physicalId }));
    }
    for (const { type, physicalId, properties } of resources) {
      if (type === 'AWS::SNS::Subscription') this.#add(readSubscription(physicalId, properties));
    }
  }

  all(): readonly Topic[] {
    return [...this.#topics.values()].sort((left, right) => (left.arn < right.arn ? -1 : 1));
  }

  find(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  /** @throws AwsError `NotFound` */
  get(arn: string): Topic {
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw snsError('NotFound', 'Topic does not exist');
    return topic;
  }

  /** One of the same name is the topic there is. @throws AwsError `InvalidParameter` */
  create(name: string, attributes: Readonly<Record<string, string>>): Topic {
    checkNames(attributes, TOPIC_ATTRIBUTES);
    const fifo = attributes.FifoTopic === 'true';
    if (!topicName.test(name) || name.endsWith('.fifo') !== fifo) throw invalidParameter('Topic Name');
    const arn = arnOfTopic(name, this.#parts.environment);
    const present = this.#topics.get(arn);
    if (present !== undefined) return present;
    const topic = readTopic(arn, attributes);
    this.#topics.set(arn, topic);
    return topic;
  }

  /** Changes attributes of a subscription. @throws AwsError `NotFound`, `InvalidParameter` */
  configure(arn: string, attributes: Readonly<Record<string, string | undefined>>): void {
    checkNames(attributes, SUBSCRIPTION_ATTRIBUTES);
    const { topicArn, protocol, endpoint, attributes: present } = this.subscription(arn);
    const properties = { ...present, ...attributes, TopicArn: topicArn, Protocol: protocol, Endpoint: endpoint };
    this.#subscriptions.set(arn, this.#read(arn, properties));
  }

  subscriptionsOf(topicArn: string): readonly Subscription[] {
    return [...this.#subscriptions.values()].filter((each) => each.topicArn === topicArn);
  }

  /** @throws AwsError `NotFound` */
  subscription(arn: string): Subscription {
    const subscription = this.#subscriptions.get(arn);
    if (subscription === undefined) throw snsError('NotFound', 'Subscription does not exist');
    return subscription;
  }

  /** The same topic, protocol and endpoint give the subscription there is. @throws AwsError `InvalidParameter` */
  subscribe(properties: Readonly<Record<string, unknown>> & { readonly TopicArn: string }): Subscription {
    const { TopicArn, Protocol, Endpoint, ...attributes } = properties;
    checkNames(attributes, SUBSCRIPTION_ATTRIBUTES);
    if (!PROTOCOLS.includes(String(Protocol)))
      throw invalidParameter(`Amazon SNS does not support this protocol string: ${String(Protocol)}`);
    const present = this.subscriptionsOf(TopicArn).find((each) => each.protocol === Protocol && each.endpoint === Endpoint);
    if (present !== undefined) return present;
    const subscription = this.#read(`${TopicArn}:${randomUUID()}`, properties);
    this.#add(subscription);
    return subscription;
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }

  async publish(topicArn: string, input: PublishInput): Promise<PublishResult> {
    return this.#publisher.publish(this.get(topicArn), this.subscriptionsOf(topicArn), input);
  }

  close(): void {
    this.#deliveries.close();
  }

  #read(arn: string, properties: Readonly<Record<string, unknown>>): Subscription {
    try {
      return readSubscription(arn, properties);
    } catch (error) {
      throw invalidParameter(`FilterPolicy: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #add(subscription: Subscription): void {
    this.#subscriptions.set(subscription.arn, subscription);
    const { protocol, endpoint, topicArn } = subscription;
    if (protocol === 'sqs' || protocol === 'lambda') return;
    const message = `${topicArn} is subscribed to by ${protocol} ${endpoint}: the stage does not deliver there, only to sqs and lambda`;
    this.#parts.report({ level: 'warn', part: 'sns', message });
  }
}

/** What would have no effect is refused by name. @throws AwsError `InvalidParameter` */
function checkNames(attributes: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const unknown = Object.keys(attributes).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalidParameter(`Attributes Reason: ${unknown} is not served here, expected some of ${known.join(', ')}`);
}
