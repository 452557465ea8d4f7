/**
 * The buses of a stage as the conformance suite wants them: published on by our code, with the operator's keys, and read by the functions of
 * `bus-consumer.ts`.
 */

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { BusMessage, BusUnderTest } from '@org/gateway-conformance';
import { createSnsBus, createTableBus, type MessageBus } from '@org/gateway-server';
import { type BusConsumer, LETTERS } from './bus-consumer.js';
import type { OwnStage } from './own-stage.js';

/** The bus on the topic `DocumentEvents` and a queue behind it. */
export function startTopicBus(own: OwnStage, consumer: BusConsumer): BusUnderTest {
  const { settings, region, accountId } = clientSettings(own);
  const sns = new SNSClient(settings);
  const bus = createSnsBus({
    resource: { kind: 'bus', name: 'DocumentEvents', transport: 'sns-sqs', ordered: true },
    topicArn: `arn:aws:sns:${region}:${accountId}:gateway-local-DocumentEvents.fifo`,
    sns: async () => ({ publish: (input) => sns.send(new PublishCommand(input)) }),
  });
  const idOf = (letter: string) => (JSON.parse(letter) as BusMessage).id;
  return busUnderTest({ own, consumer, bus, letters: LETTERS.topic, idOf, close: () => sns.destroy() });
}

/** The bus on the table `FileEvents` and its stream. A dead letter is a position in the stream. */
export function startTableBus(own: OwnStage, consumer: BusConsumer): BusUnderTest {
  const db = new DynamoDBClient(clientSettings(own).settings);
  const bus = createTableBus({
    resource: { kind: 'bus', name: 'FileEvents', transport: 'table', ordered: true },
    tableName: 'gateway-local-data-FileEvents',
    dynamo: async () => ({ put: (input) => db.send(new PutItemCommand(input)), toAttributes: attributesOf }),
  });
  const idOf = (letter: string) => {
    const { DDBStreamBatchInfo } = JSON.parse(letter) as { readonly DDBStreamBatchInfo: { readonly startSequenceNumber: string } };
    return consumer.idOf.get(DDBStreamBatchInfo.startSequenceNumber) ?? letter;
  };
  return busUnderTest({ own, consumer, bus, letters: LETTERS.table, idOf, close: () => db.destroy() });
}

interface Parts {
  readonly own: OwnStage;
  readonly consumer: BusConsumer;
  readonly bus: MessageBus;
  /** Name of the dead-letter queue. */
  readonly letters: string;
  /** The message that a dead letter is about. */
  readonly idOf: (letter: string) => string;
  readonly close: () => void;
}

function busUnderTest({ own, consumer, bus, letters, idOf, close }: Parts): BusUnderTest {
  const sqs = new SQSClient(clientSettings(own).settings);
  return {
    publish: (message) => bus.publish(message),
    consume: async (_names, receive) => {
      consumer.receive = receive;
    },
    deadLetters: async () => {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: letters }));
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
      return Messages.map(({ Body = '' }) => idOf(Body));
    },
    close: async () => {
      consumer.receive = undefined;
      sqs.destroy();
      close();
    },
  };
}

function clientSettings({ stage }: OwnStage) {
  const { region, accountId } = stage.environment;
  return { settings: { endpoint: stage.awsUrl, region, credentials: stage.operator }, region, accountId };
}

/** A bus' row: texts and numbers. */
function attributesOf(row: object) {
  const attribute = (value: unknown) => (typeof value === 'number' ? { N: String(value) } : { S: String(value) });
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, attribute(value)]));
}
