/**
 * Messages through a whole stage, with policies enforced: a function publishes to a topic, the topic delivers to a queue, a mapping hands
 * batches to a consumer, and a message that the consumer cannot process ends in the dead-letter queue.
 */
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from './clock.js';
import type { LogLine } from './lambda/pool.js';
import type { ReportEntry } from './parts.js';
import { startStage } from './stage.js';
import { bundle, functionResources } from './stage.test.fixture.js';
import type { Stage, StageOptions } from './stage-options.js';
import type { Template, TemplateResource } from './template/assembly.js';
import { type AssemblyFixture, writeAssembly } from './template/assembly.test.fixture.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Lets a topic send to a queue, as CDK's `SqsSubscription` writes it. */
const queuePolicy = (queue: string): TemplateResource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queue }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn(queue),
          Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Events' } } },
        },
      ],
    },
  },
});

function template(more: Record<string, TemplateResource> = {}): Template {
  const consume = { Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], Resource: arn('Jobs') };
  const consumer = functionResources('Consumer', { Code: { ZipFile: consumerCode }, Timeout: 20 }, [consume]);
  const failed = { Action: ['sqs:SendMessage'], Resource: arn('Failed') };
  return {
    Resources: {
      Dead: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
      Failed: { Type: 'AWS::SQS::Queue', Properties: {} },
      Jobs: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          FifoQueue: true,
          VisibilityTimeout: 120,
          RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 2 },
        },
      },
      JobsPolicy: queuePolicy('Jobs'),
      Events: { Type: 'AWS::SNS::Topic', Properties: { FifoTopic: true } },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: { Ref: 'Events' },
          Protocol: 'sqs',
          Endpoint: arn('Jobs'),
          RawMessageDelivery: true,
          FilterPolicy: { message: ['changed'] },
        },
      },
      ...consumer,
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: arn('Jobs'),
          FunctionName: { Ref: 'Consumer' },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        },
      },
      ...functionResources('Publisher', { Environment: { Variables: { TOPIC: { Ref: 'Events' } } } }, [
        { Action: 'sns:Publish', Resource: { Ref: 'Events' } },
        failed,
      ]),
      PublisherEvents: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Publisher' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: arn('Failed') } },
        },
      },
      ...more,
    },
    Outputs: {
      Jobs: { Value: { Ref: 'Jobs' } },
      Dead: { Value: { Ref: 'Dead' } },
      Failed: { Value: { Ref: 'Failed' } },
      Topic: { Value: { Ref: 'Events' } },
    },
  };
}

/** Stops at the first message that fails, as the guide for FIFO queues asks, and reports the rest of the batch with it. */
const consumerCode = `
exports.handler = async ({ Records }) => {
  const failing = Records.findIndex(({ body }) => body.includes('poison'));
  for (const { body } of failing < 0 ? Records : Records.slice(0, failing)) console.log('consumed ' + body);
  return { batchItemFailures: failing < 0 ? [] : Records.slice(failing).map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;

let publisher: string;
let assembly: AssemblyFixture | undefined;
let stage: Stage | undefined;
let entries: ReportEntry[];
let lines: LogLine[];
let clock: ManualClock;
let sqs: SQSClient;

beforeAll(async () => {
  publisher = await bundle(`
    import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
    const sns = new SNSClient({});
    export const handler = async ({ text, group, message = 'changed' }) => {
      const MessageAttributes = { message: { DataType: 'String', StringValue: message } };
      const order = { MessageGroupId: group, MessageDeduplicationId: text.length + '-' + group + '-' + text.slice(0, 20).replace(/[^a-z0-9]/g, '') };
      return (await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: text, MessageAttributes, ...order }))).MessageId;
    };`);
});

afterEach(async () => {
  sqs.destroy();
  await stage?.close();
  await assembly?.remove();
  stage = undefined;
});

async function start(of: Template, options: Partial<StageOptions> = {}): Promise<Stage> {
  entries = [];
  lines = [];
  clock = createManualClock(1_700_000_000_123);
  assembly = await writeAssembly({ stacks: { S: of }, files: { 'asset.Publisher/index.mjs': publisher } });
  stage = await startStage({
    assembly: assembly.directory,
    clock,
    report: (entry) => void entries.push(entry),
    logs: (line) => void lines.push(line),
    ...options,
  });
  sqs = new SQSClient({
    endpoint: stage.awsUrl,
    region: 'us-east-1',
    credentials: stage.operator,
    systemClockOffset: clock.now() - Date.now(),
  });
  return stage;
}

async function publish(text: string, group: string, message?: string): Promise<string> {
  const { functionError, payload } = await stage!.invoke('S-Publisher', { text, group, message });
  if (functionError !== undefined) throw new Error(payload);
  return payload;
}

async function messages(url: string | undefined) {
  const input = { QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All' as const] };
  return (await sqs.send(new ReceiveMessageCommand({ ...input, MessageAttributeNames: ['All'] }))).Messages ?? [];
}

const consumed = (): string[] => lines.flatMap(({ line }) => /consumed (\S+)/.exec(line)?.[1] ?? []);

/** Turns the event loop until something holds that threads bring about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const left = (): number => entries.filter(({ message }) => message.includes('to their visibility timeout')).length;

describe('messages of a stage', () => {
  it('go from a function over topic and queue to a consumer, in the order of their group', async () => {
    await start(template());
    for (const text of ['one', 'two', 'three']) await publish(text, 'g');
    await publish('ignored', 'g', 'other');
    await until(() => consumed().length === 3);
    expect(consumed()).toEqual(['one', 'two', 'three']);
    expect(stage!.outputs.Jobs).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/S-Jobs\.fifo$/);
  });

  it('end in the dead-letter queue when they cannot be processed, unchanged, and hold up their group only', async () => {
    await start(template());
    const poison = `poison 🦊 ${'x'.repeat(200_000)} "end"\n`;
    await publish(poison, 'bad');
    await until(() => left() === 1);
    await publish('behind', 'bad');
    await publish('aside', 'good');
    await until(() => consumed().length === 1);
    expect(consumed()).toEqual(['aside']);
    await clock.advance(120_000);
    await until(() => left() === 2);
    expect(consumed()).toEqual(['aside']);
    await clock.advance(120_000);
    await until(() => consumed().length === 2);
    expect(consumed()).toEqual(['aside', 'behind']);
    sqs.config.systemClockOffset = clock.now() - Date.now();
    const [dead, ...more] = await messages(stage!.outputs.Dead);
    expect(more).toEqual([]);
    expect(dead?.Body).toBe(poison);
    expect(dead?.MessageAttributes?.message?.StringValue).toBe('changed');
    expect(dead?.Attributes).toMatchObject({
      MessageGroupId: 'bad',
      DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:S-Jobs.fifo',
    });
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: stage!.outputs.Jobs, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('of events that fail go to the destination, in the name of the role', async () => {
    await start(template());
    await stage!.invoke('S-Publisher', { text: 'x', group: '' }, { invocationType: 'Event' });
    await until(() => entries.some(({ message }) => message.includes('discards')));
    let records = await messages(stage!.outputs.Failed);
    while (records.length === 0) records = await messages(stage!.outputs.Failed);
    expect(JSON.parse(records[0]!.Body!)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:S-Publisher:$LATEST' },
      requestPayload: { text: 'x', group: '' },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'InvalidParameterException' },
    });
    expect(records[0]?.Attributes?.SenderId).toMatch(/PublisherRole:S-Publisher$/);
  });

  it('are not delivered where a right is missing, and the journal says which', async () => {
    const { JobsPolicy: _policy, ...resources } = template().Resources!;
    await start({ ...template(), Resources: resources });
    await publish('one', 'g');
    const lost = entries.find(({ part }) => part === 'sns');
    expect(lost?.message).toMatch(/is lost, as on AWS without a RedrivePolicy: .*sqs:SendMessage/);
    await stage!.close();
    await assembly?.remove();

    const { ConsumerRolePolicy: _rights, ...others } = template().Resources!;
    await start({ ...template(), Resources: others });
    expect(entries.find(({ message }) => message.includes('is not running'))?.message).toMatch(
      /event source arn:aws:sqs:us-east-1:000000000000:S-Jobs\.fifo of S-Consumer is not running: the role of the function may not sqs:ReceiveMessage/,
    );
  });

  it('wait while a queue fails on demand', async () => {
    let broken = true;
    await start(template(), { serviceFaults: ({ action }) => (broken && action === 'sqs:SendMessage' ? 'fail' : undefined) });
    await publish('one', 'g');
    expect(consumed()).toEqual([]);
    broken = false;
    await clock.advance(1000);
    await until(() => consumed().length === 1);
  });
});
