/** Makes the queues of a template at the endpoint that stands in, with their policies. Those that are there are kept, with their messages. */
import type { ResolvedResource } from '../parts.js';
import type { ServiceParts } from '../services/service-module.js';
import { arnOfQueue } from '../services/sqs/permission.js';
import { attributesOfTemplate, type QueueAttributes } from '../services/sqs/queue-attributes.js';
import { withResource } from '../stage-error.js';
import { callJson, type Json } from './json-call.js';
import type { StandIn } from './open.js';
import { isMissingQueue, nameInQueueUrl, type QueueUrls } from './queue-urls.js';

/** A queue of the template. */
export interface StandInQueue {
  readonly name: string;
  readonly attributes: QueueAttributes;
}

/** Set when all queues are there: they name each other. */
const linking = ['RedrivePolicy', 'RedriveAllowPolicy', 'Policy'];
/** Can be set only when a queue is made. */
const fixed = 'FifoQueue';

/** The queues of the template by their ARN in it. @throws StageError `RESOURCE_REFUSED` */
export async function ensureQueues(parts: ServiceParts, standIn: StandIn, urls: QueueUrls): Promise<ReadonlyMap<string, StandInQueue>> {
  const call = (operation: string, input: Json): Promise<Json> =>
    callJson(standIn.client, { service: 'sqs', target: `AmazonSQS.${operation}`, input });
  const queues = readQueues(parts);
  for (const { stack, logicalId, name, attributes } of queues) {
    await withResource(stack, logicalId, async () => {
      const given = without(attributes, linking);
      const found = await urls.theirs(name).catch((error: unknown) => {
        if (!isMissingQueue(error)) throw error;
      });
      if (found !== undefined) return;
      urls.note(name, String((await call('CreateQueue', { QueueName: name, Attributes: given })).QueueUrl));
    });
  }
  for (const { stack, logicalId, name, attributes } of queues) {
    const settable = Object.entries(without(attributes, [fixed])).map(([key, value]) => [key, standIn.arns.toTheirs(value)]);
    if (settable.length === 0) continue;
    const input = { QueueUrl: await urls.theirs(name), Attributes: Object.fromEntries(settable) };
    await withResource(stack, logicalId, () => call('SetQueueAttributes', input));
  }
  return new Map(queues.map((queue) => [arnOfQueue(queue.name, parts.environment), queue]));
}

function readQueues({ stacks }: ServiceParts): readonly (StandInQueue & { readonly stack: string; readonly logicalId: string })[] {
  const resources = stacks.flatMap((stack) => stack.resources.map((resource) => ({ ...resource, stack: stack.name })));
  return resources
    .filter(({ type }) => type === 'AWS::SQS::Queue')
    .map(({ stack, logicalId, physicalId, properties }) => {
      const policy = policyOf(physicalId, resources);
      const attributes = { ...attributesOfTemplate(properties), ...(policy === undefined ? {} : { Policy: policy }) };
      return { stack, logicalId, name: nameInQueueUrl(physicalId), attributes };
    });
}

/** The policy that lets a topic of the endpoint deliver. */
function policyOf(queueUrl: string, resources: readonly ResolvedResource[]): string | undefined {
  const policies = resources.filter(({ type, properties }) => {
    return type === 'AWS::SQS::QueuePolicy' && ((properties.Queues ?? []) as readonly unknown[]).includes(queueUrl);
  });
  const last = policies.at(-1);
  return last === undefined ? undefined : JSON.stringify(last.properties.PolicyDocument);
}

function without(attributes: QueueAttributes, names: readonly string[]): QueueAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
