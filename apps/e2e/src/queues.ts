/** What an operator does with queues and topics of a local stage: looks into dead letters, moves them back, publishes by hand. */

import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { OwnStage } from './own-stage.js';

/** The operator's hands on one stage. */
export interface Operator {
  /** The first message of a queue whose text has a part; others may take it as well. Undefined when there is none. */
  find(queueName: string, part: string): Promise<Message | undefined>;
  /** Moves every dead letter back to where it came from. */
  redrive(queueName: string): Promise<void>;
  /** Publishes any text under a message's name, as somebody would who does not use our code. */
  publish(topicName: string, message: { readonly name: string; readonly text: string; readonly key: string }): Promise<void>;
}

/** The operator of a stage; clients live for one call each. */
export function operatorOf({ stage, operatorSettings, now }: Pick<OwnStage, 'stage' | 'operatorSettings' | 'now'>): Operator {
  const use = async <TResult>(work: (sqs: SQSClient) => Promise<TResult>): Promise<TResult> => {
    const sqs = new SQSClient(operatorSettings());
    return work(sqs).finally(() => sqs.destroy());
  };
  const urlOf = async (sqs: SQSClient, name: string) => (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl;
  return {
    find: (queueName, part) =>
      use(async (sqs) => {
        const QueueUrl = await urlOf(sqs, queueName);
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
        return Messages.find(({ Body }) => Body?.includes(part));
      }),
    redrive: (queueName) =>
      use(async (sqs) => {
        const QueueUrl = await urlOf(sqs, queueName);
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
        await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: Attributes?.QueueArn }));
      }),
    publish: async (topicName, { name, text, key }) => {
      const sns = new SNSClient(operatorSettings());
      const { region, accountId } = stage.environment;
      await sns
        .send(
          new PublishCommand({
            TopicArn: `arn:aws:sns:${region}:${accountId}:${topicName}`,
            Message: text,
            MessageAttributes: { message: { DataType: 'String', StringValue: name } },
            MessageGroupId: key,
            MessageDeduplicationId: `${key}-${now()}`,
          }),
        )
        .finally(() => sns.destroy());
    },
  };
}
