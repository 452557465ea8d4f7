/**
 * The queue between the fan-out and the function that pushes to the followers of big topics: standard, a message for a part of them at a
 * time. A push is only quicker than what clients ask for themselves, so that a message is given up after three attempts, and an hour of
 * waiting: by then every client that it was for has asked long ago.
 */

import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.js';
import type { GatewayFunction } from './gateway-function.js';

const MAX_ATTEMPTS = 3;

/** AWS's advice: six times the function's timeout. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_FACTOR = 6;

/** The queue, and the one of what could not be pushed, which is kept for 14 days. */
export function pushQueues(scope: Construct, functionTimeout: Duration): { readonly pushes: Queue; readonly unpushed: Queue } {
  const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
  const unpushed = new Queue(scope, 'Unpushed', { ...common, retentionPeriod: Duration.days(14) });
  acknowledge(unpushed, { 'AwsSolutions-SQS3': 'This is the queue of dead letters of another queue.' });
  const pushes = new Queue(scope, 'Pushes', {
    ...common,
    retentionPeriod: Duration.hours(1),
    visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * functionTimeout.toSeconds()),
    deadLetterQueue: { queue: unpushed, maxReceiveCount: MAX_ATTEMPTS },
  });
  return { pushes, unpushed };
}

/** A message is hundreds of posts, so each has an invocation of its own. */
export function feedPushes(push: GatewayFunction, pushes: Queue): void {
  push.allow({
    sid: 'OwnQueue',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    resources: [pushes.queueArn],
  });
  new EventSourceMapping(push, 'Messages', {
    target: push.lambda,
    eventSourceArn: pushes.queueArn,
    batchSize: 1,
    reportBatchItemFailures: true,
  });
}
