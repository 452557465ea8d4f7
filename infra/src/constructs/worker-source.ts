/**
 * What sets a worker's function to work: a queue of messages, or the stream of a table. Only records or messages that failed come again
 * (`ReportBatchItemFailures`); what failed too often goes to the worker's dead letters. A stream is read in order, one invocation at a time
 * per shard, from its oldest record, so that nothing written during a deployment is passed over.
 *
 * The rights are AWS's lists for polling, on the one queue or stream; `ListStreams` is authorized against all streams of the table.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-permissions.html
 */

import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { GatewayFunction } from './gateway-function.js';

/** Where a worker's work comes from. */
export type WorkerFeed =
  | { readonly kind: 'queue'; readonly queue: Queue }
  | {
      readonly kind: 'stream';
      readonly table: TableV2;
      readonly deadLetters: Queue;
      /** Event filter; absent: every record. */
      readonly filter?: Readonly<Record<string, unknown>>;
    };

export interface FeedOptions {
  readonly batchSize: number;
  readonly maxAttempts: number;
}

/** Why `ListStreams` has a wildcard. */
export const STREAMS_OF_TABLE = 'AWS authorizes listing against all streams of the one table.';

/** SQS gives at most this many messages to a function without a batching window. */
const MAX_QUEUE_BATCH = 10;

/** Connects a worker's function to its feed. */
export function feedWorker(worker: GatewayFunction, feed: WorkerFeed, options: FeedOptions): void {
  if (feed.kind === 'queue') readQueue(worker, feed, options);
  else readStream(worker, feed, options);
}

function readQueue(worker: GatewayFunction, { queue }: WorkerFeed & { readonly kind: 'queue' }, { batchSize }: FeedOptions): void {
  worker.allow({
    sid: 'OwnQueue',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    resources: [queue.queueArn],
  });
  new EventSourceMapping(worker, 'Messages', {
    target: worker.lambda,
    eventSourceArn: queue.queueArn,
    batchSize: Math.min(batchSize, MAX_QUEUE_BATCH),
    reportBatchItemFailures: true,
  });
}

function readStream(worker: GatewayFunction, feed: WorkerFeed & { readonly kind: 'stream' }, options: FeedOptions): void {
  const { table, deadLetters, filter } = feed;
  const streamArn = table.tableStreamArn;
  if (streamArn === undefined) throw new Error(`[WORKER] ${worker.node.id} reads the stream of ${table.node.id}, which has none`);
  worker.allow({
    sid: 'OwnStream',
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    resources: [streamArn],
  });
  worker.allow({
    sid: 'OwnStreams',
    actions: ['dynamodb:ListStreams'],
    resources: [`${table.tableArn}/stream/*`],
    wildcard: STREAMS_OF_TABLE,
  });
  worker.allow({ sid: 'OwnDeadLetters', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] });
  new EventSourceMapping(worker, 'Records', {
    target: worker.lambda,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: options.batchSize,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: options.maxAttempts - 1,
    parallelizationFactor: 1,
    ...(filter === undefined ? {} : { filters: [{ pattern: JSON.stringify(filter) }] }),
    onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
  });
}
