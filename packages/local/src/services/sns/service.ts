/**
 * SNS on its Query protocol, and its topics for the rest of the stage.
 * https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
import { AwsError } from '../../wire/aws-error.js';
import { queryErrorResponse, queryResponse, queryText, readQueryForm } from '../../wire/aws-query.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { TopicAccess } from '../neighbours.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { snsError } from './errors.js';
import { OPERATIONS } from './operations.js';
import { askSns, topicOf } from './permission.js';
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
    askSns(parts, { action: operation.action, resource: topicOf(operation, input, parts.environment), caller: request });
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

function topicAccess(parts: ServiceParts, topics: Topics): TopicAccess {
  return {
    has: (arn) => topics.find(arn) !== undefined,
    async publish(arn, { body, attributes = {}, groupId, deduplicationId }, caller) {
      askSns(parts, { action: 'Publish', resource: arn, caller });
      await topics.publish(arn, {
        message: body,
        attributes,
        ...(groupId === undefined ? {} : { groupId }),
        ...(deduplicationId === undefined ? {} : { deduplicationId }),
      });
    },
  };
}
