/**
 * The operations of SNS by name: the right each needs and what runs it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html - topics are not deleted or changed; phones,
 * platform applications, data protection and tags are not served.
 */
import { AwsError } from '../../wire/aws-error.js';
import { type QueryNode, queryItems, queryNode, queryText } from '../../wire/aws-query.js';
import type { XmlValue } from '../../wire/xml-writer.js';
import type { MessageAttribute, MessageAttributes } from '../neighbours.js';
import { invalidParameter, snsError } from './errors.js';
import { maxPublishBytes, type PublishInput, type PublishResult, publishSize } from './publish.js';
import type { Subscription, Topic } from './topic.js';
import type { Topics } from './topics.js';

export interface Operation {
  /** `sns:` in front. */
  readonly action: string;
  /** The parameter with the ARN that the right is on; `*` stands for none. */
  readonly on: 'TopicArn' | 'SubscriptionArn' | 'Name' | '*';
  run(topics: Topics, input: QueryNode): Promise<XmlValue>;
}

/** Every operation that is served. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Publish: {
    action: 'Publish',
    on: 'TopicArn',
    run: async (topics, input) => toResult(await topics.publish(topicArnOf(input), readPublish(input))),
  },
  PublishBatch: { action: 'Publish', on: 'TopicArn', run: publishBatch },
  ListTopics: {
    action: 'ListTopics',
    on: '*',
    run: async (topics) => ({ Topics: { member: topics.all().map(({ arn }) => ({ TopicArn: arn })) } }),
  },
  CreateTopic: {
    action: 'CreateTopic',
    on: 'Name',
    run: async (topics, input) => ({ TopicArn: topics.create(queryText(input, 'Name') ?? '', readEntries(input)).arn }),
  },
  GetTopicAttributes: { action: 'GetTopicAttributes', on: 'TopicArn', run: getTopicAttributes },
  ListSubscriptionsByTopic: {
    action: 'ListSubscriptionsByTopic',
    on: 'TopicArn',
    run: async (topics, input) => {
      const topic = topics.get(topicArnOf(input));
      return { Subscriptions: { member: topics.subscriptionsOf(topic.arn).map((each) => toMember(each)) } };
    },
  },
  GetSubscriptionAttributes: { action: 'GetSubscriptionAttributes', on: 'SubscriptionArn', run: getSubscriptionAttributes },
  Subscribe: { action: 'Subscribe', on: 'TopicArn', run: subscribe },
  SetSubscriptionAttributes: {
    action: 'SetSubscriptionAttributes',
    on: 'SubscriptionArn',
    run: async (topics, input) => {
      const name = queryText(input, 'AttributeName') ?? '';
      topics.configure(queryText(input, 'SubscriptionArn') ?? '', { [name]: queryText(input, 'AttributeValue') });
      return undefined;
    },
  },
  Unsubscribe: {
    action: 'Unsubscribe',
    on: 'SubscriptionArn',
    run: async (topics, input) => {
      topics.unsubscribe(queryText(input, 'SubscriptionArn') ?? '');
      return undefined;
    },
  },
};

/** The topic of a call; phones and endpoints are none. */
export function topicArnOf(input: QueryNode): string {
  const arn = queryText(input, 'TopicArn') ?? queryText(input, 'TargetArn');
  if (arn === undefined) throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  return arn;
}

function readPublish(input: QueryNode): PublishInput {
  const subject = queryText(input, 'Subject');
  const structure = queryText(input, 'MessageStructure');
  const groupId = queryText(input, 'MessageGroupId');
  const deduplicationId = queryText(input, 'MessageDeduplicationId');
  return {
    message: queryText(input, 'Message') ?? '',
    attributes: readAttributes(input),
    ...(subject === undefined ? {} : { subject }),
    ...(structure === undefined ? {} : { structure }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
  };
}

function readAttributes(input: QueryNode): MessageAttributes {
  const entries = queryItems(input, 'MessageAttributes', 'entry').map((item) => {
    const entry = typeof item === 'string' ? {} : item;
    const value = queryNode(entry, 'Value');
    const attribute: MessageAttribute = {
      DataType: queryText(value, 'DataType') ?? '',
      ...text(value, 'StringValue'),
      ...text(value, 'BinaryValue'),
    };
    return [queryText(entry, 'Name') ?? '', checked(queryText(entry, 'Name') ?? '', attribute)] as const;
  });
  return Object.fromEntries(entries);
}

function text(node: QueryNode, name: 'StringValue' | 'BinaryValue'): { readonly [TName in typeof name]?: string } {
  const value = queryText(node, name);
  return value === undefined ? {} : { [name]: value };
}

function checked(name: string, attribute: MessageAttribute): MessageAttribute {
  const { DataType: type, StringValue, BinaryValue } = attribute;
  if (!/^(String|Number|Binary)(\..+)?$/.test(type)) {
    throw snsError(
      'ParameterValueInvalid',
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (((type.startsWith('Binary') ? BinaryValue : StringValue) ?? '') === '') {
    throw snsError(
      'ParameterValueInvalid',
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  return attribute;
}

async function publishBatch(topics: Topics, input: QueryNode): Promise<XmlValue> {
  const arn = topicArnOf(input);
  topics.get(arn);
  const entries = queryItems(input, 'PublishBatchRequestEntries').map((item) => (typeof item === 'string' ? {} : item));
  checkBatch(entries);
  const successful: XmlValue[] = [];
  const failed: XmlValue[] = [];
  for (const entry of entries) {
    const id = queryText(entry, 'Id') ?? '';
    try {
      successful.push({ Id: id, ...toResult(await topics.publish(arn, readPublish(entry))) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: id, Code: error.code, Message: error.message, SenderFault: error.statusCode < 500 });
    }
  }
  return { Successful: { member: successful }, Failed: { member: failed } };
}

function checkBatch(entries: readonly QueryNode[]): void {
  const ids = entries.map((entry) => queryText(entry, 'Id') ?? '');
  if (ids.length === 0) throw snsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (ids.length > 10) throw snsError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id)))
    throw snsError('InvalidBatchEntryId', 'The Id of a batch entry in a batch request does not abide by the specification.');
  if (new Set(ids).size < ids.length)
    throw snsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  const bytes = entries.reduce((sum, entry) => sum + publishSize(readPublish(entry)), 0);
  if (bytes > maxPublishBytes)
    throw snsError('BatchRequestTooLong', 'The length of all the batch messages put together is more than the limit.');
}

function toResult({ messageId, sequenceNumber }: PublishResult): { readonly MessageId: string; readonly SequenceNumber?: string } {
  return { MessageId: messageId, ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }) };
}

function readEntries(input: QueryNode): Readonly<Record<string, string>> {
  const entries = queryItems(input, 'Attributes', 'entry').map((entry) => {
    return typeof entry === 'string' ? (['', ''] as const) : ([queryText(entry, 'key') ?? '', queryText(entry, 'value') ?? ''] as const);
  });
  return Object.fromEntries(entries);
}

async function getTopicAttributes(topics: Topics, input: QueryNode): Promise<XmlValue> {
  const topic = topics.get(topicArnOf(input));
  const count = topics.subscriptionsOf(topic.arn).length;
  return { Attributes: { entry: entriesOf({ ...topicAttributes(topic), SubscriptionsConfirmed: String(count) }) } };
}

function topicAttributes({ arn, displayName, fifo, deduplicatesContent }: Topic): Record<string, string> {
  return {
    TopicArn: arn,
    Owner: arn.split(':')[4] ?? '',
    DisplayName: displayName,
    SubscriptionsPending: '0',
    SubscriptionsDeleted: '0',
    ...(fifo ? { FifoTopic: 'true', ContentBasedDeduplication: String(deduplicatesContent) } : {}),
  };
}

async function getSubscriptionAttributes(topics: Topics, input: QueryNode): Promise<XmlValue> {
  const subscription = topics.subscription(queryText(input, 'SubscriptionArn') ?? '');
  const { arn, attributes } = subscription;
  const { SubscriptionArn: _arn, ...member } = toMember(subscription);
  const all = { SubscriptionArn: arn, PendingConfirmation: 'false', RawMessageDelivery: 'false', ...member, ...attributes };
  return { Attributes: { entry: entriesOf(all) } };
}

async function subscribe(topics: Topics, input: QueryNode): Promise<XmlValue> {
  const topic = topics.get(topicArnOf(input));
  const protocol = queryText(input, 'Protocol');
  const endpoint = queryText(input, 'Endpoint');
  const { arn } = topics.subscribe({ ...readEntries(input), TopicArn: topic.arn, Protocol: protocol, Endpoint: endpoint });
  return { SubscriptionArn: arn };
}

function toMember({ arn, topicArn, protocol, endpoint }: Subscription) {
  return { SubscriptionArn: arn, Owner: topicArn.split(':')[4] ?? '', Protocol: protocol, Endpoint: endpoint, TopicArn: topicArn };
}

function entriesOf(values: Readonly<Record<string, string>>): XmlValue {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
