/**
 * The way from a topic's log to the fan-out function: records of the Topics table's stream, in order per topic, one invocation at a time
 * (parallelization factor 1: the fan-out is the one sender of a topic). Reading begins at the oldest record, so that nothing written during
 * a deployment is passed over.
 *
 * How long a record is tried again: the other topics of its shard wait meanwhile, and giving it up costs little: events of the topic come
 * with its next record, and our own client asks for them anyway; only a stock subscription may be left without its start. A table that
 * cannot be reached makes an attempt take seconds, a record that our code cannot work off fails at once: 60 attempts are minutes of the
 * one and seconds of the other, and one that makes the function time out or die is given up after a quarter of an hour. A batch is halved
 * until the record is alone; then its position lands in the queue of undelivered ones, which has an alarm.
 *
 * Rights are those of SAM's `DynamoDBStreamReadPolicy`: `ListStreams` is authorized against the table's streams, the rest against one.
 */

import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import type { GatewayFunction } from './gateway-function.js';
import { STREAMS_OF_TABLE } from './worker-source.js';

/** Feeds the events of topics to the fan-out function. */
export class TopicFanout extends Construct {
  /** Positions of events that were given up, kept for 14 days. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { topics, fanout }: { readonly topics: TableV2; readonly fanout: GatewayFunction }) {
    super(scope, id);
    const streamArn = topics.tableStreamArn;
    if (streamArn === undefined) throw new Error('[FANOUT] the topics table has no stream; give it one with NEW_IMAGE');
    this.undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.undelivered, { 'AwsSolutions-SQS3': "This is the queue of the stream's dead letters." });
    const queueArn = this.undelivered.queueArn;
    fanout.allow({
      sid: 'TopicsStream',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [streamArn],
    });
    fanout.allow({
      sid: 'TopicsStreams',
      actions: ['dynamodb:ListStreams'],
      resources: [`${topics.tableArn}/stream/*`],
      wildcard: STREAMS_OF_TABLE,
    });
    fanout.allow({ sid: 'Undelivered', actions: ['sqs:SendMessage'], resources: [queueArn] });
    new EventSourceMapping(this, 'Events', {
      target: fanout.lambda,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 60,
      maxRecordAge: Duration.minutes(15),
      parallelizationFactor: 1,
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      onFailure: { bind: () => ({ destination: queueArn }) },
    });
  }
}
