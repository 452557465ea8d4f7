/**
 * The operations of SQS by name: which right each needs, on which queue, and what runs it.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html - AddPermission, RemovePermission and the tags of
 * queues are not served.
 */
import type { Clock } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { queryCodeOf } from './errors.js';
import { batchEntries, type Input, type Output, optionalNumber, text, textMap } from './input.js';
import type { MoveTasks } from './move-tasks.js';
import type { Queue } from './queue.js';
import * as management from './queue-operations.js';
import type { Queues } from './queues.js';
import { readReceiveRequest, toMessages } from './receive.js';
import { checkBatchSize, sendMessage } from './send.js';

export interface OperationParts {
  readonly queues: Queues;
  readonly tasks: MoveTasks;
  readonly clock: Clock;
  readonly senderId: string;
  /** `queueName → last purge`, epoch milliseconds. */
  readonly purgedAtMs: Map<string, number>;
}

export interface Operation {
  /** `sqs:` in front; batches ask for the right of the single operation. */
  readonly action: string;
  /** How the call names its queue; `*` stands for no queue. */
  readonly on: 'QueueUrl' | 'QueueName' | 'SourceArn' | 'TaskHandle' | '*';
  run(parts: OperationParts, input: Input): Promise<Output>;
}

type QueueRun = (queue: Queue, parts: OperationParts, input: Input) => Promise<Output>;

/** An operation on the queue of a `QueueUrl`. */
const onQueue = (action: string, run: QueueRun): Operation => ({
  action,
  on: 'QueueUrl',
  run: (parts, input) => run(parts.queues.get(parts.queues.nameInUrl(text(input, 'QueueUrl')) ?? ''), parts, input),
});

/** The batch form of an operation: entries succeed or fail one by one. */
const inBatch = (action: string, run: QueueRun, check: (entries: readonly Input[]) => void = () => undefined): Operation =>
  onQueue(action, async (queue, parts, input) => {
    const entries = batchEntries(input);
    check(entries);
    const successful: Output[] = [];
    const failed: Output[] = [];
    for (const entry of entries) {
      try {
        successful.push({ Id: entry.Id, ...(await run(queue, parts, entry)) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failed.push({ Id: entry.Id, Code: queryCodeOf(error.code), Message: error.message, SenderFault: error.statusCode < 500 });
      }
    }
    return { Successful: successful, Failed: failed };
  });

const send: QueueRun = (queue, { clock, senderId }, input) => sendMessage({ clock, queue, senderId }, input);

const remove: QueueRun = async (queue, _parts, input) => {
  await queue.delete(text(input, 'ReceiptHandle'));
  return {};
};

const changeVisibility: QueueRun = async (queue, _parts, input) => {
  const seconds = optionalNumber(input, 'VisibilityTimeout', { min: 0, max: 43_200 }) ?? 0;
  await queue.changeVisibility(text(input, 'ReceiptHandle'), seconds * 1000);
  return {};
};

const receive: QueueRun = async (queue, _parts, input) => {
  toMessages([], input);
  return toMessages(await queue.receive(readReceiveRequest(queue, input)), input);
};

/** Every operation that is served. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  SendMessage: onQueue('SendMessage', send),
  SendMessageBatch: inBatch('SendMessage', send, checkBatchSize),
  ReceiveMessage: onQueue('ReceiveMessage', receive),
  DeleteMessage: onQueue('DeleteMessage', remove),
  DeleteMessageBatch: inBatch('DeleteMessage', remove),
  ChangeMessageVisibility: onQueue('ChangeMessageVisibility', changeVisibility),
  ChangeMessageVisibilityBatch: inBatch('ChangeMessageVisibility', changeVisibility),
  CreateQueue: {
    action: 'CreateQueue',
    on: 'QueueName',
    run: async ({ queues }, input) => {
      const queue = await queues.create(text(input, 'QueueName'), textMap(input, 'Attributes'));
      return { QueueUrl: queues.urlOf(queue.name) };
    },
  },
  DeleteQueue: onQueue('DeleteQueue', async (queue, { queues }) => {
    await queues.delete(queue.name);
    return {};
  }),
  GetQueueUrl: {
    action: 'GetQueueUrl',
    on: 'QueueName',
    run: async ({ queues }, input) => ({ QueueUrl: queues.urlOf(queues.get(text(input, 'QueueName')).name) }),
  },
  GetQueueAttributes: onQueue('GetQueueAttributes', management.getAttributes),
  SetQueueAttributes: onQueue('SetQueueAttributes', management.setAttributes),
  PurgeQueue: onQueue('PurgeQueue', management.purge),
  ListQueues: { action: 'ListQueues', on: '*', run: management.listQueues },
  ListDeadLetterSourceQueues: onQueue('ListDeadLetterSourceQueues', management.listDeadLetterSources),
  StartMessageMoveTask: { action: 'StartMessageMoveTask', on: 'SourceArn', run: management.startMoveTask },
  ListMessageMoveTasks: { action: 'ListMessageMoveTasks', on: 'SourceArn', run: management.listMoveTasks },
  CancelMessageMoveTask: { action: 'CancelMessageMoveTask', on: 'TaskHandle', run: management.cancelMoveTask },
};
