/**
 * Topics and their subscriptions, as a template or Subscribe describes them.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
import { createFilter, type MessageFilter } from './filter-policy.js';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly displayName: string;
  readonly fifo: boolean;
  readonly deduplicatesContent: boolean;
  /** Whether a deduplication id counts within its group only. */
  readonly perGroup: boolean;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  /** `sqs` and `lambda` are delivered to. */
  readonly protocol: string;
  readonly endpoint: string;
  /** The message alone, without the JSON around it. */
  readonly raw: boolean;
  readonly filter: MessageFilter;
  readonly deadLetterArn?: string;
  /** As they were given, for those who ask. */
  readonly attributes: Readonly<Record<string, string>>;
}

type Properties = Readonly<Record<string, unknown>>;

export function readTopic(arn: string, properties: Properties): Topic {
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  return {
    arn,
    name,
    displayName: String(properties.DisplayName ?? ''),
    fifo: name.endsWith('.fifo'),
    deduplicatesContent: String(properties.ContentBasedDeduplication ?? false) === 'true',
    perGroup: properties.FifoThroughputScope === 'MessageGroup',
  };
}

/** @throws Error for a filter policy that is none */
export function readSubscription(arn: string, properties: Properties): Subscription {
  const { TopicArn, Protocol, Endpoint } = properties;
  const policy = asObject(properties.FilterPolicy);
  const scope = properties.FilterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';
  const deadLetterArn = (asObject(properties.RedrivePolicy) as { deadLetterTargetArn?: unknown } | undefined)?.deadLetterTargetArn;
  const names = ['RawMessageDelivery', 'FilterPolicy', 'FilterPolicyScope', 'RedrivePolicy'].filter(
    (name) => properties[name] !== undefined,
  );
  return {
    arn,
    topicArn: String(TopicArn),
    protocol: String(Protocol),
    endpoint: String(Endpoint ?? ''),
    raw: String(properties.RawMessageDelivery ?? false) === 'true',
    filter: createFilter(policy, scope),
    ...(typeof deadLetterArn === 'string' ? { deadLetterArn } : {}),
    attributes: Object.fromEntries(names.map((name) => [name, asText(properties[name])])),
  };
}

/** Templates have objects, the API JSON. */
function asObject(value: unknown): unknown {
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
}

function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
