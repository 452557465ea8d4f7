/**
 * Topics that another endpoint keeps: calls are put to the policies of the template and to the switch for faults exactly as if the topics
 * were here, then passed on. The endpoint delivers to its queues; functions it cannot reach, which is reported.
 */
import type { MessageAttributes, OutgoingMessage, TopicAccess } from '../services/neighbours.js';
import type { RunningService, ServiceModule, ServiceParts } from '../services/service-module.js';
import { snsError } from '../services/sns/errors.js';
import { snsModule } from '../services/sns/module.js';
import { OPERATIONS } from '../services/sns/operations.js';
import { askSns, topicOf } from '../services/sns/permission.js';
import { AwsError } from '../wire/aws-error.js';
import { queryErrorResponse, queryText, readQueryForm } from '../wire/aws-query.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import { ensureTopics, snsVersion } from './ensure-topics.js';
import type { StandIn } from './open.js';
import { callQuery, sendForm } from './query-call.js';

/** Takes the place of the stage's own SNS. */
export function standInTopics(standIn: StandIn): ServiceModule {
  return { ...snsModule, start: (parts) => startTopics(parts, standIn) };
}

async function startTopics(parts: ServiceParts, standIn: StandIn): Promise<RunningService> {
  const topicArns = await ensureTopics(parts, standIn);
  if (parts.neighbours !== undefined) parts.neighbours.topics = topicAccess(parts, standIn, topicArns);
  return { handle: (request) => answer(parts, standIn, request), close: async () => undefined };
}

async function answer(parts: ServiceParts, standIn: StandIn, request: WireRequest): Promise<WireResponse> {
  try {
    const input = readQueryForm(request.body);
    const name = queryText(input, 'Action') ?? '';
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw unknownOperation(parts, name);
    askSns(parts, { action: operation.action, resource: topicOf(operation, input, parts.environment), caller: request });
    const passed = await sendForm(standIn.client, 'sns', withTheirArns(request.body, standIn));
    return { statusCode: passed.statusCode, headers: { 'content-type': passed.contentType }, body: standIn.arns.toOurs(passed.body) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return queryErrorResponse(error, 'http://sns.amazonaws.com/doc/2010-03-31/');
  }
}

/** Parameters that name topics, subscriptions and queues; what is published is the callers' own. */
const arnParameters = new Set(['TopicArn', 'TargetArn', 'SubscriptionArn', 'Endpoint']);

function withTheirArns(body: Uint8Array, { arns }: StandIn): string {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  for (const [name, value] of [...form]) if (arnParameters.has(name)) form.set(name, arns.toTheirs(value));
  return form.toString();
}

function unknownOperation({ report }: ServiceParts, name: string): AwsError {
  const message = `the operation "${name}" is not passed on: the stage does not know which right it needs`;
  report({ level: 'warn', part: 'sns', message });
  return snsError('InvalidAction', message);
}

function topicAccess(parts: ServiceParts, { client, arns }: StandIn, topicArns: ReadonlySet<string>): TopicAccess {
  return {
    has: (topicArn) => topicArns.has(topicArn),
    async publish(topicArn, message, caller) {
      askSns(parts, { action: 'Publish', resource: topicArn, caller });
      const parameters = { TopicArn: arns.toTheirs(topicArn), ...publishParameters(message) };
      await callQuery(client, { service: 'sns', action: 'Publish', version: snsVersion, parameters });
    },
  };
}

function publishParameters({ body, attributes = {}, groupId, deduplicationId }: OutgoingMessage): Record<string, string> {
  return {
    Message: body,
    ...attributeParameters(attributes),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
  };
}

function attributeParameters(attributes: MessageAttributes): Record<string, string> {
  const entries = Object.entries(attributes).flatMap(([name, attribute], index) => {
    const prefix = `MessageAttributes.entry.${index + 1}`;
    const value = Object.entries(attribute).map(([member, text]) => [`${prefix}.Value.${member}`, String(text)] as const);
    return [[`${prefix}.Name`, name] as const, ...value];
  });
  return Object.fromEntries(entries);
}
