/**
 * SNS on its Query protocol, and its topics for the rest of the stage.
 * https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
import { denialMessage } from '../../iam/authorize.js';
import { AwsError } from '../../wire/aws-error.js';
import { type QueryNode, queryErrorResponse, queryResponse, queryText, readQueryForm } from '../../wire/aws-query.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { Caller, TopicAccess } from '../neighbours.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { snsError } from './errors.js';
import { OPERATIONS, type Operation, topicArnOf } from './operations.js';
import { Topics } from './topics.js';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** Opens the topics of the template. */
export async function startSns(parts: ServiceParts): Promise<RunningService> {
  const topics = new Topics(parts);
  if (parts.neighbours !== undefined) parts.neighbours.topics = topicAccess(parts, topics);
  return {
    handle: (request) => answer(parts, topics, request),
    close: async () => topics.close(),
  };
}

async function answer(parts: ServiceParts, topics: Topics, request: WireRequest): Promise<WireResponse> {
  try {
    const input = readQueryForm(request.body);
    const name = queryText(input, 'Action') ?? '';
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw unknownOperation(parts, name);
    ask(parts, { action: operation.action, resource: resourceOf(operation, input), caller: request });
    return queryResponse(name, await operation.run(topics, input), NAMESPACE);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return queryErrorResponse(error, NAMESPACE);
  }
}

function unknownOperation({ report }: ServiceParts, name: string): AwsError {
  report({ level: 'warn', part: 'sns', message: `the operation "${name}" is not implemented by the local stage` });
  return snsError('InvalidAction', `The action ${name} is not valid for this endpoint: it is no operation of the local SNS`);
}

/** @throws AwsError `AuthorizationError`, and what a fault switch asks for */
function ask(parts: ServiceParts, { action, resource, caller }: { action: string; resource: string; caller: Caller }): void {
  const asked = { principal: caller.principal, action: `sns:${action}`, resource, context: caller.context ?? {} };
  const decision = parts.authorize(asked);
  if (!decision.allowed) throw snsError('AuthorizationError', decision.message ?? denialMessage(asked));
  const fault = parts.faults?.({ service: 'sns', action: asked.action, resource });
  if (fault === 'throttle') throw snsError('Throttled', 'Rate exceeded');
  if (fault === 'fail')
    throw snsError('InternalError', 'The request processing has failed because of an unknown error, exception, or failure.');
}

/** Rights on a subscription are rights on its topic. */
function resourceOf({ on }: Operation, input: QueryNode): string {
  switch (on) {
    case 'TopicArn':
      return topicArnOf(input);
    case 'SubscriptionArn':
      return (queryText(input, 'SubscriptionArn') ?? '').split(':').slice(0, 6).join(':');
    case '*':
      return '*';
    default:
      return on satisfies never;
  }
}

function topicAccess(parts: ServiceParts, topics: Topics): TopicAccess {
  return {
    has: (arn) => topics.find(arn) !== undefined,
    async publish(arn, { body, attributes = {}, groupId, deduplicationId }, caller) {
      ask(parts, { action: 'Publish', resource: arn, caller });
      await topics.publish(arn, {
        message: body,
        attributes,
        ...(groupId === undefined ? {} : { groupId }),
        ...(deduplicationId === undefined ? {} : { deduplicationId }),
      });
    },
  };
}
