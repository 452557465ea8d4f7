/** Makes the topics of a template and their subscriptions at the endpoint that stands in. Those that are there are kept and brought up to date. */
import type { ServiceParts } from '../services/service-module.js';
import { readSubscription, type Subscription } from '../services/sns/topic.js';
import { withResource } from '../stage-error.js';
import { AwsError } from '../wire/aws-error.js';
import { readXml, type XmlElement, xmlText } from '../wire/xml-reader.js';
import type { StandIn } from './open.js';
import { callQuery } from './query-call.js';

/** Of SNS's API. */
export const snsVersion = '2010-03-31';

type Properties = Readonly<Record<string, unknown>>;

/** The ARNs of the template's topics. @throws StageError `RESOURCE_REFUSED` */
export async function ensureTopics({ stacks, report }: ServiceParts, standIn: StandIn): Promise<ReadonlySet<string>> {
  const resources = stacks.flatMap((stack) => stack.resources.map((resource) => ({ ...resource, stack: stack.name })));
  const topics = resources.filter(({ type }) => type === 'AWS::SNS::Topic');
  for (const { stack, logicalId, physicalId, properties } of topics) {
    await withResource(stack, logicalId, async () => {
      await ensureTopic(standIn, physicalId, properties);
      for (const each of (properties.Subscription ?? []) as readonly Properties[]) await subscribe({ ...each, TopicArn: physicalId });
    });
  }
  for (const { stack, logicalId, type, properties } of resources) {
    if (type === 'AWS::SNS::Subscription') await withResource(stack, logicalId, () => subscribe(properties));
  }
  return new Set(topics.map(({ physicalId }) => physicalId));

  async function subscribe(properties: Properties): Promise<void> {
    const subscription = readSubscription('', properties);
    const { protocol, endpoint, topicArn } = subscription;
    if (protocol === 'sqs') return ensureSubscription(standIn, subscription);
    const message = `${topicArn} is subscribed to by ${protocol} ${endpoint}: an endpoint that stands in for SNS delivers to its queues only; leave sns out of its services`;
    report({ level: 'warn', part: 'sns', message });
  }
}

function call(standIn: StandIn, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  return callQuery(standIn.client, { service: 'sns', action, version: snsVersion, parameters });
}

async function ensureTopic(standIn: StandIn, topicArn: string, properties: Properties): Promise<void> {
  try {
    await call(standIn, 'GetTopicAttributes', { TopicArn: standIn.arns.toTheirs(topicArn) });
  } catch (error) {
    if (!(error instanceof AwsError) || !/NotFound/.test(error.code)) throw error;
    const names = ['FifoTopic', 'ContentBasedDeduplication', 'FifoThroughputScope', 'DisplayName'].filter(
      (name) => properties[name] !== undefined,
    );
    const attributes = Object.fromEntries(names.map((name) => [name, String(properties[name])]));
    await call(standIn, 'CreateTopic', { Name: topicArn.slice(topicArn.lastIndexOf(':') + 1), ...entries(attributes) });
  }
}

async function ensureSubscription(standIn: StandIn, { topicArn, protocol, endpoint, attributes }: Subscription): Promise<void> {
  const { toTheirs } = standIn.arns;
  const [theirTopic, theirEndpoint] = [toTheirs(topicArn), toTheirs(endpoint)];
  const wanted = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toTheirs(value)]));
  const present = members(await call(standIn, 'ListSubscriptionsByTopic', { TopicArn: theirTopic })).find((member) => {
    return xmlText(member, 'Protocol') === protocol && xmlText(member, 'Endpoint') === theirEndpoint;
  });
  if (present === undefined) {
    await call(standIn, 'Subscribe', { TopicArn: theirTopic, Protocol: protocol, Endpoint: theirEndpoint, ...entries(wanted) });
    return;
  }
  const SubscriptionArn = xmlText(present, 'SubscriptionArn') ?? '';
  for (const [AttributeName, AttributeValue] of Object.entries(wanted)) {
    await call(standIn, 'SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
  }
}

/** A map of attributes on the wire. */
function entries(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const parameters = Object.entries(attributes).flatMap(([name, value], index) => {
    const prefix = `Attributes.entry.${index + 1}`;
    return [[`${prefix}.key`, name] as const, [`${prefix}.value`, value] as const];
  });
  return Object.fromEntries(parameters);
}

/** Every `member` of a list, however deep. */
function members(document: string): readonly XmlElement[] {
  const find = (element: XmlElement): readonly XmlElement[] =>
    element.name === 'member' ? [element] : element.children.flatMap((child) => find(child));
  const root = readXml(document);
  return root === undefined ? [] : find(root);
}
