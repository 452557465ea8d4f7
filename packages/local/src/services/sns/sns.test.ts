import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  type PublishCommandInput,
  SetSubscriptionAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../iam/authorize.js';
import {
  type ModulesFixture,
  type ModulesOptions,
  queueArn,
  queueResource,
  resource,
  startModules,
  topicArn,
} from '../modules.test.support.js';

type Properties = Readonly<Record<string, unknown>>;

function topic(name: string, properties: Properties = {}) {
  return resource('AWS::SNS::Topic', topicArn(name), { TopicName: name, ...properties });
}

function subscription(topicName: string, queueName: string, properties: Properties = {}) {
  const arn = `${topicArn(topicName)}:${queueName.replace(/\W/g, '')}-11111111-2222-4333-8444-555555555555`;
  return resource('AWS::SNS::Subscription', arn, {
    TopicArn: topicArn(topicName),
    Protocol: 'sqs',
    Endpoint: queueArn(queueName),
    ...properties,
  });
}

/** A topic `events` with a queue `jobs`, subscribed with these properties. */
async function start(properties: Properties = {}, options: ModulesOptions = {}) {
  const resources = [topic('events'), queueResource('jobs'), queueResource('dead'), subscription('events', 'jobs', properties)];
  const fixture = await startModules({ resources, ...options });
  return { ...fixture, publish: publisherOf(fixture, 'events'), received: (name = 'jobs') => receive(fixture, name) };
}

function publisherOf({ sns }: ModulesFixture, name: string) {
  return (Message: string, more: Partial<PublishCommandInput> = {}) =>
    sns.send(new PublishCommand({ TopicArn: topicArn(name), Message, ...more }));
}

async function receive({ sqs, awsUrl }: ModulesFixture, name: string): Promise<Message[]> {
  const QueueUrl = `${awsUrl}/123456789012/${name}`;
  const input = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });
const raw = { RawMessageDelivery: true };

describe('a queue that is subscribed', () => {
  it('gets the JSON of a notification', async () => {
    const { publish, received } = await start();
    const { MessageId } = await publish('Grüße 🦊', { Subject: 'greeting', MessageAttributes: { kind: text('hello') } });
    const [message] = await received();
    expect(message?.MessageAttributes).toBeUndefined();
    expect(JSON.parse(message!.Body!)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:events',
      Subject: 'greeting',
      Message: 'Grüße 🦊',
      Timestamp: '2023-11-14T22:13:20.123Z',
      SignatureVersion: '1',
      Signature: expect.any(String),
      SigningCertURL: expect.stringMatching(/^https:\/\/sns\.eu-west-1\.amazonaws\.com\//),
      UnsubscribeURL: expect.stringContaining('Action=Unsubscribe'),
      MessageAttributes: { kind: { Type: 'String', Value: 'hello' } },
    });
  });

  it('gets the message alone with raw delivery, its attributes as those of the message', async () => {
    const { publish, received } = await start(raw);
    const MessageAttributes = {
      kind: text('hello'),
      size: text('12', 'Number'),
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 255]) },
    };
    await publish('{"n":1}', { MessageAttributes });
    const [message] = await received();
    expect(message?.Body).toBe('{"n":1}');
    expect(message?.MessageAttributes).toMatchObject({ kind: MessageAttributes.kind, size: MessageAttributes.size });
    expect(message?.MessageAttributes?.raw?.BinaryValue).toEqual(new Uint8Array([1, 255]));
    expect(message?.Attributes?.SenderId).toBe('sns.amazonaws.com');
  });

  it('gets the text of its protocol', async () => {
    const { publish, received } = await start(raw);
    await publish(JSON.stringify({ default: 'all', sqs: 'queues', lambda: 'functions' }), { MessageStructure: 'json' });
    expect((await received())[0]?.Body).toBe('queues');
    await expect(publish('{"sqs":"x"}', { MessageStructure: 'json' })).rejects.toThrow(/No default entry/);
  });

  it('has the message when the publisher is answered', async () => {
    const { publish, received } = await start(raw);
    for (let n = 0; n < 10; n++) await publish(String(n));
    expect((await received()).map(({ Body }) => Body)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });
});

describe('a filter policy', () => {
  it.each([
    [{ kind: ['a', 'b'] }, { kind: text('b') }, true],
    [{ kind: ['a', 'b'] }, { kind: text('c') }, false],
    [{ kind: ['a'] }, {}, false],
    [{ kind: [{ 'anything-but': ['a'] }] }, { kind: text('c') }, true],
    [{ kind: [{ prefix: 'doc.' }] }, { kind: text('doc.saved') }, true],
    [{ size: [{ numeric: ['>', 100, '<=', 200] }] }, { size: text('150.5', 'Number') }, true],
    [{ size: [{ numeric: ['>', 100] }] }, { size: text('150') }, false],
    [{ tags: ['x'] }, { tags: text('["w","x"]', 'String.Array') }, true],
    [{ kind: [{ exists: false }] }, {}, true],
    [{ kind: ['a'], size: [1] }, { kind: text('a'), size: text('2', 'Number') }, false],
    [{ $or: [{ kind: ['a'] }, { size: [2] }] }, { size: text('2', 'Number') }, true],
  ])('%j on attributes %j: %s', async (FilterPolicy, MessageAttributes, taken) => {
    const { publish, received } = await start({ ...raw, FilterPolicy });
    await publish('x', { MessageAttributes });
    expect(await received()).toHaveLength(taken ? 1 : 0);
  });

  it.each([
    [{ doc: { lang: ['de'] } }, '{"doc":{"lang":"de","size":1}}', true],
    [{ doc: { lang: ['de'] } }, '{"doc":{"lang":"en"}}', false],
    [{ doc: [{ exists: false }] }, 'no json', false],
  ])('%j on the body %s: %s', async (FilterPolicy, body, taken) => {
    const { publish, received } = await start({ ...raw, FilterPolicy: JSON.stringify(FilterPolicy), FilterPolicyScope: 'MessageBody' });
    await publish(body);
    expect(await received()).toHaveLength(taken ? 1 : 0);
  });
});

describe('a FIFO topic', () => {
  async function startFifo(properties: Properties = {}, options: ModulesOptions = {}) {
    const resources = [
      topic('events.fifo', { FifoTopic: true, ...properties }),
      queueResource('jobs.fifo'),
      subscription('events.fifo', 'jobs.fifo', raw),
    ];
    const fixture = await startModules({ resources, ...options });
    return { ...fixture, publish: publisherOf(fixture, 'events.fifo'), received: () => receive(fixture, 'jobs.fifo') };
  }

  it('hands group and deduplication id on, numbers its messages and keeps their order', async () => {
    const { publish, received } = await startFifo();
    const sent = [];
    for (const n of ['1', '2', '3']) sent.push(await publish(n, { MessageGroupId: 'g', MessageDeduplicationId: `d${n}` }));
    expect(sent[0]?.SequenceNumber).toMatch(/^\d{20}$/);
    const messages = await received();
    expect(messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId, Attributes?.MessageDeduplicationId])).toEqual([
      ['1', 'g', 'd1'],
      ['2', 'g', 'd2'],
      ['3', 'g', 'd3'],
    ]);
  });

  it('takes a deduplication id once in five minutes, by content if it says so', async () => {
    const { publish, received, advance } = await startFifo({ ContentBasedDeduplication: true });
    const first = await publish('same', { MessageGroupId: 'g' });
    expect(await publish('same', { MessageGroupId: 'g' })).toMatchObject({
      MessageId: first.MessageId,
      SequenceNumber: first.SequenceNumber,
    });
    expect(await received()).toHaveLength(1);
    await advance(300_000);
    expect((await publish('same', { MessageGroupId: 'g' })).MessageId).not.toBe(first.MessageId);
  });

  it('holds a group up while its queue is throttled, and loses and reorders nothing', async () => {
    let busy = true;
    const faults = () => (busy ? ('throttle' as const) : undefined);
    const { publish, received, advance, clock } = await startFifo(
      {},
      { faults: (call) => (call.action === 'sqs:SendMessage' ? faults() : undefined) },
    );
    for (const n of ['1', '2', '3']) await publish(n, { MessageGroupId: 'g', MessageDeduplicationId: n });
    expect(clock.pending()).toBe(1);
    await advance(1000);
    busy = false;
    await advance(2000);
    expect((await received()).map(({ Body }) => Body)).toEqual(['1', '2', '3']);
    expect(clock.pending()).toBe(0);
  });

  it('refuses a message without group, and one without deduplication id', async () => {
    const { publish } = await startFifo();
    await expect(publish('x')).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/MessageGroupId parameter is required/),
    });
    await expect(publish('x', { MessageGroupId: 'g' })).rejects.toThrow(/ContentBasedDeduplication enabled or MessageDeduplicationId/);
  });
});

describe('a delivery', () => {
  it('is put to the policies of the queue, as SNS with the ARN of the topic', async () => {
    const asked: AuthorizationRequest[] = [];
    const { publish } = await start(raw, {
      authorize: (request) => {
        asked.push(request);
        return { allowed: true };
      },
    });
    await publish('x');
    expect(asked.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      'sns:Publish arn:aws:sns:eu-west-1:123456789012:events',
      'sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:jobs',
    ]);
    expect(asked[1]).toMatchObject({
      principal: { service: 'sns.amazonaws.com' },
      context: { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:123456789012:events', 'aws:SourceAccount': '123456789012' },
    });
  });

  it('that is denied goes to the dead-letter queue of the subscription', async () => {
    const authorize = ({ resource }: AuthorizationRequest) => ({ allowed: !resource.endsWith(':jobs') });
    const RedrivePolicy = { deadLetterTargetArn: queueArn('dead') };
    const { publish, received, reports } = await start({ ...raw, RedrivePolicy }, { authorize });
    await publish('{"kept":true}');
    const [message] = await received('dead');
    expect(message?.Body).toBe('{"kept":true}');
    expect(message?.MessageAttributes).toMatchObject({ ErrorCode: { StringValue: 'AccessDeniedException' } });
    expect(reports.at(-1)?.message).toMatch(/went to arn:aws:sqs:eu-west-1:123456789012:dead/);
  });

  it('without dead-letter queue is reported with the message', async () => {
    const { publish, reports } = await start({ ...raw, Endpoint: queueArn('none') });
    await publish('gone');
    expect(reports.at(-1)).toMatchObject({ level: 'error', part: 'sns', detail: { message: 'gone' } });
    expect(reports.at(-1)?.message).toMatch(/is lost, as on AWS without a RedrivePolicy: The specified queue does not exist/);
  });

  it('to a broken queue is tried three times at once, then after 1, 2 and 4 seconds', async () => {
    const failures = Array.from({ length: 5 }, () => 'fail' as const);
    const { publish, received, advance } = await start(raw, {
      faults: ({ action }) => (action === 'sqs:SendMessage' ? failures.shift() : undefined),
    });
    await publish('x');
    expect(failures).toHaveLength(2);
    await advance(1000);
    expect(failures).toHaveLength(1);
    await advance(2000);
    expect(await received()).toEqual([]);
    await advance(4000);
    expect((await received()).map(({ Body }) => Body)).toEqual(['x']);
  });

  it('to a function is an asynchronous call with the event of SNS', async () => {
    const calls: unknown[][] = [];
    const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:fn';
    const { publish } = await start(
      { Protocol: 'lambda', Endpoint: functionArn },
      {
        invoke: async (...call) => {
          calls.push(call);
          return { statusCode: 202, payload: '' };
        },
      },
    );
    const { MessageId } = await publish('hello', { MessageAttributes: { kind: text('x') } });
    expect(calls).toEqual([
      [
        functionArn,
        {
          Records: [
            {
              EventSource: 'aws:sns',
              EventVersion: '1.0',
              EventSubscriptionArn: expect.stringMatching(/^arn:aws:sns:eu-west-1:123456789012:events:/),
              Sns: {
                Type: 'Notification',
                MessageId,
                TopicArn: 'arn:aws:sns:eu-west-1:123456789012:events',
                Subject: null,
                Message: 'hello',
                Timestamp: '2023-11-14T22:13:20.123Z',
                SignatureVersion: '1',
                Signature: expect.any(String),
                SigningCertUrl: expect.any(String),
                UnsubscribeUrl: expect.any(String),
                MessageAttributes: { kind: { Type: 'String', Value: 'x' } },
              },
            },
          ],
        },
        { invocationType: 'Event' },
      ],
    ]);
  });

  it('by email or HTTP is reported, when the stage starts and for every message', async () => {
    const { publish, reports } = await start({ Protocol: 'email', Endpoint: 'someone@example.com' });
    expect(reports[0]).toMatchObject({ level: 'warn', message: expect.stringMatching(/is subscribed to by email someone@example\.com/) });
    await publish('x');
    expect(reports.at(-1)?.message).toMatch(/is not delivered here/);
  });
});

describe('PublishBatch', () => {
  it('succeeds and fails entry by entry', async () => {
    const { sns, received } = await start(raw);
    const PublishBatchRequestEntries = [
      { Id: 'good', Message: 'a', MessageAttributes: { kind: text('x') } },
      { Id: 'bad', Message: 'b', MessageDeduplicationId: 'no' },
    ];
    const result = await sns.send(new PublishBatchCommand({ TopicArn: topicArn('events'), PublishBatchRequestEntries }));
    expect(result.Successful).toMatchObject([{ Id: 'good', MessageId: expect.any(String) }]);
    expect(result.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
    expect((await received()).map(({ Body, MessageAttributes }) => [Body, MessageAttributes?.kind?.StringValue])).toEqual([['a', 'x']]);
  });

  it.each([
    ['11 entries', Array.from({ length: 11 }, (_, index) => ({ Id: `m${index}`, Message: 'x' })), 'TooManyEntriesInBatchRequestException'],
    ['an id twice', [1, 2].map(() => ({ Id: 'same', Message: 'x' })), 'BatchEntryIdsNotDistinctException'],
    ['more than 256 KB', [1, 2].map((Id) => ({ Id: String(Id), Message: 'x'.repeat(150_000) })), 'BatchRequestTooLongException'],
  ])('of %s is refused as a whole', async (_name, PublishBatchRequestEntries, name) => {
    const { sns, received } = await start(raw);
    await expect(sns.send(new PublishBatchCommand({ TopicArn: topicArn('events'), PublishBatchRequestEntries }))).rejects.toMatchObject({
      name,
    });
    expect(await received()).toEqual([]);
  });
});

describe('topics and subscriptions', () => {
  it('are listed and described', async () => {
    const { sns } = await start(raw);
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn: topicArn('events') }]);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn('events') }));
    expect(Attributes).toMatchObject({ TopicArn: topicArn('events'), Owner: '123456789012', SubscriptionsConfirmed: '1' });
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn('events') }));
    expect(Subscriptions).toMatchObject([{ Protocol: 'sqs', Endpoint: queueArn('jobs'), TopicArn: topicArn('events') }]);
    const { SubscriptionArn } = Subscriptions![0]!;
    const described = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(described.Attributes).toMatchObject({ RawMessageDelivery: 'true', Protocol: 'sqs' });
  });

  it('come and go while the stage runs', async () => {
    const { sns, publish, received } = await start(raw);
    const subscribe = { TopicArn: topicArn('events'), Protocol: 'sqs', Endpoint: queueArn('dead') };
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ ...subscribe, Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["x"]}' } }),
    );
    await publish('yes', { MessageAttributes: { kind: text('x') } });
    await publish('no');
    expect((await received('dead')).map(({ Body }) => Body)).toEqual(['yes']);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish('late', { MessageAttributes: { kind: text('x') } });
    expect(await received('dead')).toEqual([]);
    const malformed = sns.send(new SubscribeCommand({ ...subscribe, Attributes: { FilterPolicy: '{"kind":[{"cidr":"10.0.0.0/8"}]}' } }));
    await expect(malformed).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(/unknown operator cidr/),
    });
  });

  it('can be changed, and added to a topic that was made while the stage runs', async () => {
    const { sns, received } = await start();
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'later' }));
    expect(TopicArn).toBe(topicArn('later'));
    expect((await sns.send(new CreateTopicCommand({ Name: 'later' }))).TopicArn).toBe(TopicArn);
    await expect(sns.send(new CreateTopicCommand({ Name: 'later.fifo' }))).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const subscribe = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('dead'), Attributes: { RawMessageDelivery: 'true' } };
    const { SubscriptionArn } = await sns.send(new SubscribeCommand(subscribe));
    const filter = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"kind":["x"]}' };
    await sns.send(new SetSubscriptionAttributesCommand(filter));
    await sns.send(new PublishCommand({ TopicArn, Message: 'no' }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'yes', MessageAttributes: { kind: text('x') } }));
    expect((await received('dead')).map(({ Body }) => Body)).toEqual(['yes']);
  });
});

describe('errors', () => {
  it('of attributes that would have no effect name them', async () => {
    const { sns } = await start();
    const refused = (name: string) => ({
      name: 'InvalidParameterException',
      message: expect.stringContaining(`${name} is not served here`),
    });
    const TopicArn = topicArn('events');
    const create = new CreateTopicCommand({ Name: 'later', Attributes: { Policy: '{}' } });
    await expect(sns.send(create)).rejects.toMatchObject(refused('Policy'));
    const target = { TopicArn, Protocol: 'sqs', Endpoint: queueArn('dead') };
    const subscribe = new SubscribeCommand({ ...target, Attributes: { DeliveryPolicy: '{}' } });
    await expect(sns.send(subscribe)).rejects.toMatchObject(refused('DeliveryPolicy'));
    const { SubscriptionArn } = await sns.send(new SubscribeCommand(target));
    const configure = { SubscriptionArn, AttributeName: 'FilterPolcy', AttributeValue: '{}' };
    await expect(sns.send(new SetSubscriptionAttributesCommand(configure))).rejects.toMatchObject(refused('FilterPolcy'));
  });

  it('have the names of AWS', async () => {
    const { publish, sns } = await start();
    await expect(sns.send(new PublishCommand({ TopicArn: topicArn('none'), Message: 'x' }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(publish('x'.repeat(262_145))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Message too long',
    });
    await expect(sns.send(new PublishCommand({ PhoneNumber: '+1', Message: 'x' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(publish('x', { MessageAttributes: { kind: text('x', 'Text') } })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  it('of a denial and of faults on demand too', async () => {
    const denied = await start({}, { authorize: () => ({ allowed: false }) });
    await expect(denied.publish('x')).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringMatching(/sns:Publish on resource: arn:aws:sns:/),
    });
    const busy = await start({}, { faults: ({ service }) => (service === 'sns' ? 'throttle' : undefined) });
    await expect(busy.publish('x')).rejects.toMatchObject({ name: 'ThrottledException', $metadata: { httpStatusCode: 429 } });
  });
});
