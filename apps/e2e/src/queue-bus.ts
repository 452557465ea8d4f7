/**
 * A bus over SNS and SQS as the conformance suite wants it: published by our code, carried by the topic `DocumentEvents` of a stage to a FIFO
 * queue that is there for the suite, and read by hand, one message at a time. What is rejected three times is a dead letter.
 */

import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { BusMessage, BusUnderTest } from '@org/gateway-conformance';
import { createSnsBus } from '@org/gateway-server';
import type { OwnStage } from './own-stage.js';

/** Names of messages that no worker of the stage takes: the one that the suite's queue gets, and another. */
export const SUITE_NAMES = ['suiteOne', 'suiteOther'] as const;

type Receive = (message: BusMessage) => Promise<void>;

const QUEUE = 'suite.fifo';
const LETTERS = 'suite-letters.fifo';
const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** A template with the suite's queue on the topic, where it has that topic. */
export function withSuiteQueue(template: string): string {
  const parsed = JSON.parse(template) as { readonly Resources: Readonly<Record<string, unknown>> };
  const topic = { Ref: 'DocumentEvents' };
  if (parsed.Resources.DocumentEvents === undefined) return template;
  const sending = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn('SuiteQueue'),
    Condition: { ArnEquals: { 'aws:SourceArn': topic } },
  };
  const added = {
    SuiteLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: LETTERS, FifoQueue: true } },
    SuiteQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: QUEUE,
        FifoQueue: true,
        RedrivePolicy: { deadLetterTargetArn: arn('SuiteLetters'), maxReceiveCount: 3 },
      },
    },
    SuitePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'SuiteQueue' }], PolicyDocument: { Version: '2012-10-17', Statement: [sending] } },
    },
    SuiteSubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: topic,
        Protocol: 'sqs',
        Endpoint: arn('SuiteQueue'),
        RawMessageDelivery: true,
        FilterPolicy: { message: [SUITE_NAMES[0]] },
      },
    },
  };
  return JSON.stringify({ ...parsed, Resources: { ...parsed.Resources, ...added } });
}

/** Opens the bus on a stage with that queue. */
export async function startQueueBus({ stage }: OwnStage): Promise<BusUnderTest> {
  const { region, accountId } = stage.environment;
  const settings = { endpoint: stage.awsUrl, region, credentials: stage.operator };
  const [sns, sqs] = [new SNSClient(settings), new SQSClient(settings)];
  const [queue, letters] = await Promise.all(
    [QUEUE, LETTERS].map(async (name) => (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl),
  );
  const bus = createSnsBus({
    resource: { kind: 'bus', name: 'DocumentEvents', transport: 'sns-sqs', ordered: true },
    topicArn: `arn:aws:sns:${region}:${accountId}:gateway-local-DocumentEvents.fifo`,
    sns: async () => ({ publish: (input) => sns.send(new PublishCommand(input)) }),
  });
  let reading: Promise<void> = Promise.resolve();
  let closed = false;

  const readAll = async (receive: Receive) => {
    while (!closed) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 1 }));
      for (const message of Messages) await work(message, receive);
    }
  };
  const work = async ({ Body = '', ReceiptHandle }: Message, receive: Receive) => {
    try {
      await receive(JSON.parse(Body) as BusMessage);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
    } catch {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 }));
    }
  };

  return {
    publish: (message) => bus.publish(message),
    consume: async (_names, receive) => {
      reading = readAll(receive);
    },
    deadLetters: async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: letters, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
      );
      return Messages.map(({ Body = '' }) => (JSON.parse(Body) as BusMessage).id);
    },
    close: async () => {
      closed = true;
      await reading;
      sns.destroy();
      sqs.destroy();
    },
  };
}
