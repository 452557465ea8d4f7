/**
 * SQS on its JSON protocol (`AmazonSQS.*`, with the codes of the Query protocol beside it), and its queues for the rest of the stage.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
import { join } from 'node:path';
import { dataParts } from '../../data-folder.js';
import { AwsError } from '../../wire/aws-error.js';
import { jsonErrorResponse, jsonResponse, readJsonObject, readTarget } from '../../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { Caller, QueueAccess } from '../neighbours.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { errorNamespace, sqsError } from './errors.js';
import { MoveTasks } from './move-tasks.js';
import { OPERATIONS, type OperationParts } from './operations.js';
import { askSqs, queueArnOf } from './permission.js';
import { attributesOfTemplate } from './queue-attributes.js';
import { memoryQueueStore, openQueueStore } from './queue-store.js';
import { Queues } from './queues.js';
import { toRecord } from './receive.js';
import { messageInput, sendMessage } from './send.js';

const CONTENT_TYPE = 'application/x-amz-json-1.0';

interface Sqs {
  readonly parts: ServiceParts;
  readonly queues: Queues;
  readonly tasks: MoveTasks;
  readonly purgedAtMs: Map<string, number>;
}

/** Opens the queues of the template and those that a data folder has kept. */
export async function startSqs(parts: ServiceParts): Promise<RunningService> {
  const { environment, awsUrl, clock, dataDir, stacks, replacePolicy } = parts;
  const store = dataDir === undefined ? memoryQueueStore() : await openQueueStore(join(dataDir, dataParts.queues));
  const queues = new Queues({ environment, awsUrl, clock, store, ...(replacePolicy === undefined ? {} : { replacePolicy }) });
  await queues.open();
  const resources = stacks.flatMap((stack) => stack.resources).filter(({ type }) => type === 'AWS::SQS::Queue');
  for (const { physicalId, properties } of resources) {
    const name = queues.nameInUrl(physicalId);
    if (name !== undefined) await queues.ensure(name, attributesOfTemplate(properties));
    else
      parts.report({
        level: 'warn',
        part: 'sqs',
        message: `queue ${physicalId} is of another account: only those of ${environment.accountId} run here`,
      });
  }
  // Of kept queues that are not in the template: those of the template have its policies again.
  for (const { arn, attributes } of queues.all()) if (attributes.Policy) queues.setPolicy(arn, attributes.Policy);
  const tasks = new MoveTasks(queues, clock);
  const sqs: Sqs = { parts, queues, tasks, purgedAtMs: new Map() };
  if (parts.neighbours !== undefined) parts.neighbours.queues = queueAccess(sqs);
  return {
    handle: (request) => answer(sqs, request),
    async close() {
      tasks.close();
      await queues.close();
    },
  };
}

async function answer(sqs: Sqs, request: WireRequest): Promise<WireResponse> {
  try {
    const target = readTarget(request.headers['x-amz-target']);
    const operation =
      target?.prefix === 'AmazonSQS' && Object.hasOwn(OPERATIONS, target.operation) ? OPERATIONS[target.operation] : undefined;
    if (operation === undefined) throw unknownOperation(sqs, request);
    const input = readJsonObject(request.body);
    if (input === undefined) throw sqsError('SerializationException', 'expected the body to be a JSON object');
    askSqs(sqs.parts, { action: operation.action, resource: queueArnOf(operation, input, sqs.parts.environment), caller: request });
    const { queues, tasks, purgedAtMs } = sqs;
    const parts: OperationParts = { queues, tasks, purgedAtMs, clock: sqs.parts.clock, senderId: senderIdOf(request) };
    return jsonResponse(await operation.run(parts, input), CONTENT_TYPE);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, CONTENT_TYPE, errorNamespace(error.code));
  }
}

function unknownOperation({ parts }: Sqs, request: WireRequest): AwsError {
  const name = String(request.headers['x-amz-target'] ?? 'a request without X-Amz-Target');
  parts.report({ level: 'warn', part: 'sqs', message: `${name} is not implemented by the local stage` });
  return sqsError('UnknownOperationException', `${name} is not an operation of the local SQS`);
}

/** AWS writes the id of the role and the session; here the role has its logical id. */
function senderIdOf({ principal }: Caller): string {
  if ('service' in principal) return principal.service;
  const name = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  return principal.roleId === undefined ? name : `${principal.roleId}:${name}`;
}

function queueAccess(sqs: Sqs): QueueAccess {
  const { queues, parts } = sqs;
  const asked = (arn: string, action: string, caller: Caller) => {
    askSqs(parts, { action, resource: arn, caller });
    return queues.byArn(arn) ?? queues.get('');
  };
  return {
    has: (arn) => queues.byArn(arn) !== undefined,
    async send(arn, message, caller) {
      const queue = asked(arn, 'SendMessage', caller);
      await sendMessage({ clock: parts.clock, queue, senderId: senderIdOf(caller) }, messageInput(message));
    },
    async receive(arn, maxMessages, caller) {
      const queue = asked(arn, 'ReceiveMessage', caller);
      const { visibilityTimeoutMs } = queue.settings;
      const entries = await queue.receive({ maxMessages, visibilityTimeoutMs, waitMs: 0 });
      return entries.map((entry) => toRecord(entry, { arn, region: parts.environment.region }));
    },
    async delete(arn, receiptHandles, caller) {
      const queue = asked(arn, 'DeleteMessage', caller);
      await Promise.all(receiptHandles.map((handle) => queue.delete(handle)));
    },
    visibilityTimeoutMs: (arn, caller) => asked(arn, 'GetQueueAttributes', caller).settings.visibilityTimeoutMs,
    watch: (arn, wake) => queues.byArn(arn)?.watch(wake) ?? (() => undefined),
  };
}
