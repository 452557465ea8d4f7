/**
 * The consuming end of a stage's bus, as the conformance suite wants it: a function that is there for the suite, behind an event source
 * mapping of its own on the topic's queue or on the table's stream. It hands each message to the test over HTTP and fails where the test
 * does, so that order, repetition and dead letters are the stage's.
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BusMessage } from '@org/gateway-conformance';

/** Names of messages that no worker of the stage takes: the one that the suite's function gets, and another. */
export const SUITE_NAMES = ['suiteOne', 'suiteOther'] as const;

/** The queues of what was given up. */
export const LETTERS = { topic: 'suite-letters.fifo', table: 'suite-positions' } as const;

type Receive = (message: BusMessage) => Promise<void>;

/** The test's side of the functions. */
export interface BusConsumer {
  readonly url: string;
  /** Who gets messages from now on; without anybody they count as worked off. */
  receive: Receive | undefined;
  /** Ids of messages by the sequence number of their record. */
  readonly idOf: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Listens for the functions. */
export async function startBusConsumer(): Promise<BusConsumer> {
  const idOf = new Map<string, string>();
  const server = createServer(async (request, response) => {
    try {
      const message = JSON.parse(await textOf(request)) as BusMessage;
      idOf.set(String(request.headers['x-record']), message.id);
      await consumer.receive?.(message);
      response.writeHead(204).end();
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const consumer: BusConsumer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receive: undefined,
    idOf,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return consumer;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}

/** What each function runs: a message is an SQS body, or the attribute of a row. */
const CODE = `exports.handler = async ({ Records: [record] }) => {
  const body = record.body ?? record.dynamodb.NewImage.message.S;
  const id = record.messageId ?? record.dynamodb.SequenceNumber;
  const { ok } = await fetch(process.env.RECEIVER, { method: 'POST', headers: { 'x-record': id }, body });
  if (!ok) throw new Error('the test rejected it');
};`;

const TIMEOUT_SECONDS = 2;
const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** A template with the suite's functions on the topic and the table, where it has them. One message a batch, three attempts each. */
export function withBusConsumers(template: string, url: string): string {
  const parsed = JSON.parse(template) as { readonly Resources: Readonly<Record<string, unknown>> };
  if (parsed.Resources.DocumentEvents === undefined || parsed.Resources.FileEvents === undefined) return template;
  return JSON.stringify({ ...parsed, Resources: { ...parsed.Resources, ...topicConsumer(url), ...tableConsumer(url) } });
}

function topicConsumer(url: string) {
  const topic = { Ref: 'DocumentEvents' };
  const sending = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn('SuiteQueue'),
    Condition: { ArnEquals: { 'aws:SourceArn': topic } },
  };
  return {
    SuiteLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: LETTERS.topic, FifoQueue: true } },
    SuiteQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        FifoQueue: true,
        VisibilityTimeout: TIMEOUT_SECONDS,
        RedrivePolicy: { deadLetterTargetArn: arn('SuiteLetters'), maxReceiveCount: 3 },
      },
    },
    SuitePolicy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: 'SuiteQueue' }], PolicyDocument: policy(sending) } },
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
    ...consumer('SuiteOfTopic', url, {
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      Resource: arn('SuiteQueue'),
    }),
    SuiteOfTopicMapping: mapping('SuiteOfTopic', { EventSourceArn: arn('SuiteQueue') }),
  };
}

function tableConsumer(url: string) {
  const stream = { 'Fn::GetAtt': ['FileEvents', 'StreamArn'] };
  const wanted = JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: { name: { S: [SUITE_NAMES[0]] } } } });
  return {
    SuitePositions: { Type: 'AWS::SQS::Queue', Properties: { QueueName: LETTERS.table } },
    ...consumer(
      'SuiteOfTable',
      url,
      { Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], Resource: stream },
      { Action: 'dynamodb:ListStreams', Resource: { 'Fn::Sub': [`\${table}/stream/*`, { table: arn('FileEvents') }] } },
      { Action: 'sqs:SendMessage', Resource: arn('SuitePositions') },
    ),
    SuiteOfTableMapping: mapping('SuiteOfTable', {
      EventSourceArn: stream,
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: 2,
      FilterCriteria: { Filters: [{ Pattern: wanted }] },
      DestinationConfig: { OnFailure: { Destination: arn('SuitePositions') } },
    }),
  };
}

function consumer(id: string, url: string, ...rights: readonly object[]) {
  return {
    [`${id}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
        Policies: [{ PolicyName: 'source', PolicyDocument: policy(...rights.map((right) => ({ Effect: 'Allow', ...right }))) }],
      },
    },
    [id]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: CODE },
        Timeout: TIMEOUT_SECONDS,
        Role: arn(`${id}Role`),
        Environment: { Variables: { RECEIVER: url } },
      },
    },
  };
}

function mapping(functionId: string, properties: object) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: functionId }, BatchSize: 1, ...properties },
  };
}

function policy(...statements: readonly object[]) {
  return { Version: '2012-10-17', Statement: statements };
}
