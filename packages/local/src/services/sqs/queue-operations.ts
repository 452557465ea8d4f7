/** What is done with queues as a whole: their attributes, lists, purge and redrive. */
import { sqsError } from './errors.js';
import { type Input, type Output, optionalNumber, optionalText, text, textList, textMap } from './input.js';
import type { MoveTask } from './move-tasks.js';
import type { OperationParts } from './operations.js';
import type { Queue } from './queue.js';
import { checkAttributes, withDefaults } from './queue-attributes.js';

/** A queue can be purged once in this time. */
const purgeIntervalMs = 60_000;

export async function getAttributes(queue: Queue, _parts: OperationParts, input: Input): Promise<Output> {
  const names = textList(input, 'AttributeNames');
  const { visible, inFlight, delayed } = await queue.counts();
  const all: Readonly<Record<string, string>> = {
    ...withDefaults(queue.attributes, queue.settings.fifo),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAtMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAtMs / 1000)),
  };
  const unknown = names.find((name) => name !== 'All' && !Object.hasOwn(all, name) && !OPTIONAL.includes(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) };
}

/** Attributes that a queue may be without. */
const OPTIONAL = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
];

export async function setAttributes(queue: Queue, { queues }: OperationParts, input: Input): Promise<Output> {
  const attributes = textMap(input, 'Attributes');
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
  checkAttributes(given, queue.settings.fifo);
  const target = given.RedrivePolicy === undefined ? undefined : (JSON.parse(given.RedrivePolicy) as { deadLetterTargetArn: string });
  if (target !== undefined && queues.byArn(target.deadLetterTargetArn) === undefined) {
    throw sqsError(
      'InvalidParameterValueException',
      `Value ${given.RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  }
  if (attributes.Policy !== undefined) queues.setPolicy(queue.arn, attributes.Policy);
  await queue.configure(attributes);
  return {};
}

export async function purge(queue: Queue, { clock, purgedAtMs }: OperationParts): Promise<Output> {
  const last = purgedAtMs.get(queue.name) ?? Number.NEGATIVE_INFINITY;
  if (clock.now() - last < purgeIntervalMs) {
    throw sqsError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`);
  }
  purgedAtMs.set(queue.name, clock.now());
  await queue.purge();
  return {};
}

export async function listQueues({ queues }: OperationParts, input: Input): Promise<Output> {
  const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
  const urls = queues
    .all()
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => queues.urlOf(name));
  return page(urls, input, 'QueueUrls');
}

export async function listDeadLetterSources(queue: Queue, { queues }: OperationParts, input: Input): Promise<Output> {
  const sources = queues.all().filter(({ settings }) => settings.redrive?.deadLetterTargetArn === queue.arn);
  return page(
    sources.map(({ name }) => queues.urlOf(name)),
    input,
    'queueUrls',
  );
}

/** Without `MaxResults` everything up to 1,000 comes at once. */
function page(urls: readonly string[], input: Input, member: string): Output {
  const size = optionalNumber(input, 'MaxResults', { min: 1, max: 1000 });
  const start = Number(Buffer.from(optionalText(input, 'NextToken') ?? '', 'base64').toString() || '0');
  const end = start + (size ?? 1000);
  const more = size !== undefined && urls.length > end;
  return { [member]: urls.slice(start, end), ...(more ? { NextToken: Buffer.from(String(end)).toString('base64') } : {}) };
}

export async function startMoveTask({ tasks }: OperationParts, input: Input): Promise<Output> {
  const destinationArn = optionalText(input, 'DestinationArn');
  const perSecond = optionalNumber(input, 'MaxNumberOfMessagesPerSecond', { min: 1, max: 500 });
  const { handle } = await tasks.start({
    sourceArn: text(input, 'SourceArn'),
    ...(destinationArn === undefined ? {} : { destinationArn }),
    ...(perSecond === undefined ? {} : { perSecond }),
  });
  return { TaskHandle: handle };
}

export async function listMoveTasks({ tasks }: OperationParts, input: Input): Promise<Output> {
  const limit = optionalNumber(input, 'MaxResults', { min: 1, max: 10 }) ?? 1;
  return { Results: tasks.list(text(input, 'SourceArn'), limit).map(toResult) };
}

export async function cancelMoveTask({ tasks }: OperationParts, input: Input): Promise<Output> {
  return { ApproximateNumberOfMessagesMoved: tasks.cancel(text(input, 'TaskHandle')).moved };
}

function toResult(task: MoveTask): Output {
  return {
    ...(task.status === 'RUNNING' ? { TaskHandle: task.handle } : {}),
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.perSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failureReason,
    StartedTimestamp: task.startedAtMs,
  };
}
