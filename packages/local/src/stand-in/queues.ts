/**
 * Queues that another endpoint keeps: calls are put to the policies of the template and to the switch for faults exactly as if the queues
 * were here, then passed on.
 */

import type { RunningService, ServiceModule, ServiceParts } from '../services/service-module.js';
import { errorNamespace, sqsError } from '../services/sqs/errors.js';
import { sqsModule } from '../services/sqs/module.js';
import { OPERATIONS } from '../services/sqs/operations.js';
import { askSqs, queueArnOf } from '../services/sqs/permission.js';
import { AwsError } from '../wire/aws-error.js';
import { jsonErrorResponse, readJsonObject, readTarget } from '../wire/aws-json.js';
import type { WireRequest, WireResponse } from '../wire/wire-handler.js';
import { ensureQueues } from './ensure-queues.js';
import { type Json, passOn, withBody } from './json-call.js';
import type { StandIn } from './open.js';
import { createQueueAccess } from './queue-access.js';
import { createQueueUrls, nameInQueueUrl, type QueueUrls } from './queue-urls.js';

/** Takes the place of the stage's own SQS. */
export function standInQueues(standIn: StandIn): ServiceModule {
  return { ...sqsModule, start: (parts) => startQueues(parts, standIn) };
}

async function startQueues(parts: ServiceParts, standIn: StandIn): Promise<RunningService> {
  const { awsUrl, environment } = parts;
  const urls = createQueueUrls(standIn.client, { awsUrl, accountId: environment.accountId });
  const queues = await ensureQueues(parts, standIn, urls);
  if (parts.neighbours !== undefined) parts.neighbours.queues = createQueueAccess(parts, { standIn, urls, queues });
  return { handle: (request) => answer(parts, { standIn, urls, request }), close: async () => undefined };
}

interface QueueCall {
  readonly standIn: StandIn;
  readonly urls: QueueUrls;
  readonly request: WireRequest;
}

async function answer(parts: ServiceParts, { standIn, urls, request }: QueueCall): Promise<WireResponse> {
  try {
    const target = readTarget(request.headers['x-amz-target']);
    const operation =
      target?.prefix === 'AmazonSQS' && Object.hasOwn(OPERATIONS, target.operation) ? OPERATIONS[target.operation] : undefined;
    if (target === undefined || operation === undefined) throw unknownOperation(parts, request);
    const input = readJsonObject(request.body);
    if (input === undefined) throw sqsError('SerializationException', 'expected the body to be a JSON object');
    askSqs(parts, { action: operation.action, resource: queueArnOf(operation, input, parts.environment), caller: request });
    refusePolicy(input);
    const url = typeof input.QueueUrl === 'string' ? { QueueUrl: await urls.theirs(nameInQueueUrl(input.QueueUrl)) } : {};
    const body = JSON.stringify({ ...input, ...url });
    const withMessages = onMessages.test(target.operation);
    const response = await passOn(standIn.client, { service: 'sqs', request, body: withMessages ? body : standIn.arns.toTheirs(body) });
    return response.statusCode >= 400 ? response : translated(response, { withMessages, standIn, urls });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return jsonErrorResponse(error, 'application/x-amz-json-1.0', errorNamespace(error.code));
  }
}

/** The endpoint would take it, and the stage, which decides, would not know it. @throws AwsError `UnsupportedOperation` */
function refusePolicy({ Attributes }: Json): void {
  const { Policy: policy } = (Attributes ?? {}) as { readonly Policy?: unknown };
  if (policy === undefined) return;
  throw sqsError('UnsupportedOperation', 'Policy is not passed on: queues of another endpoint have the policies of the template only');
}

/** What these carry is the callers' own. */
const onMessages = /^(?:Send|Receive|Delete|ChangeMessageVisibility)(?!Queue)/;

function translated(
  response: WireResponse & { readonly body: Buffer },
  { withMessages, standIn, urls }: Omit<QueueCall, 'request'> & { readonly withMessages: boolean },
): WireResponse {
  if (withMessages) {
    // The one member of a message that is an ARN of SQS.
    if (!response.body.includes('"DeadLetterQueueSourceArn"')) return response;
    return withBody(response, JSON.stringify(withSources(readJsonObject(response.body) ?? {}, standIn)));
  }
  const output = readJsonObject(Buffer.from(standIn.arns.toOurs(response.body.toString('utf8')))) ?? {};
  const local = Object.entries(output).map(([name, value]) => [name, /^queueurls?$/i.test(name) ? localUrls(value, urls) : value]);
  return withBody(response, JSON.stringify(Object.fromEntries(local)));
}

function localUrls(value: unknown, urls: QueueUrls): unknown {
  return Array.isArray(value) ? value.map((url) => urls.ours(String(url))) : urls.ours(String(value));
}

function withSources(output: Json, { arns }: StandIn): Json {
  const messages = (output.Messages ?? []) as readonly (Json & { readonly Attributes?: Readonly<Record<string, string>> })[];
  const Messages = messages.map((message) => {
    const source = message.Attributes?.DeadLetterQueueSourceArn;
    return source === undefined
      ? message
      : { ...message, Attributes: { ...message.Attributes, DeadLetterQueueSourceArn: arns.toOurs(source) } };
  });
  return { ...output, Messages };
}

function unknownOperation({ report }: ServiceParts, { headers }: WireRequest): AwsError {
  const name = String(headers['x-amz-target'] ?? 'a request without X-Amz-Target');
  const message = `${name} is not passed on: the stage does not know which right it needs`;
  report({ level: 'warn', part: 'sqs', message });
  return sqsError('UnknownOperationException', message);
}
