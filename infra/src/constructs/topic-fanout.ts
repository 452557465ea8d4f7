/**
 * The way from a topic's log to the fan-out function: new events from the Topics table's stream, in order per topic. A batch that fails
 * is halved until the bad event is alone; an event older than a minute is given up, since subscribers have asked for it themselves by
 * then, and its position lands in the queue of undelivered ones.
 *
 * Rights are those of SAM's `DynamoDBStreamReadPolicy`: `ListStreams` is authorized against the table's streams, the rest against one.
 */

import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { GatewayFunction } from './gateway-function.js';

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
    const queueArn = this.undelivered.queueArn;
    fanout.allow({
      sid: 'TopicsStream',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [streamArn],
    });
    fanout.allow({ sid: 'TopicsStreams', actions: ['dynamodb:ListStreams'], resources: [`${topics.tableArn}/stream/*`] });
    fanout.allow({ sid: 'Undelivered', actions: ['sqs:SendMessage'], resources: [queueArn] });
    new EventSourceMapping(this, 'Events', {
      target: fanout.lambda,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.LATEST,
      batchSize: 100,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      maxRecordAge: Duration.seconds(60),
      retryAttempts: 5,
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      onFailure: { bind: () => ({ destination: queueArn }) },
    });
  }
}
