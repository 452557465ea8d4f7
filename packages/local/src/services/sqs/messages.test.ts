import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { type ModulesFixture, type ModulesOptions, queueArn, queueResource, startModules } from '../modules.test.support.js';

async function start(options: ModulesOptions = {}) {
  const resources = options.resources ?? [queueResource('jobs')];
  const fixture = await startModules({ ...options, resources });
  return { ...fixture, ...messagesOf(fixture, 'jobs') };
}

function messagesOf({ sqs, awsUrl }: ModulesFixture, name: string) {
  const QueueUrl = `${awsUrl}/123456789012/${name}`;
  return {
    QueueUrl,
    send: (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more })),
    receive: async (more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> => {
      const input = {
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All' as const],
        MessageAttributeNames: ['All'],
        ...more,
      };
      return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
    },
    remove: (message: Message | undefined) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
    counts: async () => {
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } = Attributes ?? {};
      return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed].map(Number);
    },
  };
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

describe('a message', () => {
  it('comes back as it was sent, with the digests that the SDK compares', async () => {
    const { send, receive } = await start();
    const attributes = {
      kind: { DataType: 'String', StringValue: 'größe' },
      size: { DataType: 'Number.int', StringValue: '12' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 7]) },
    };
    const sent = await send('Grüße 🦊', { MessageAttributes: attributes });
    const [message] = await receive();
    expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
    expect(message).toMatchObject({ Body: 'Grüße 🦊', MessageId: sent.MessageId, MD5OfMessageAttributes: sent.MD5OfMessageAttributes });
    expect(message?.MessageAttributes).toMatchObject({ kind: attributes.kind, size: attributes.size });
    expect(message?.MessageAttributes?.raw?.BinaryValue).toEqual(new Uint8Array([0, 255, 7]));
    expect(message?.Attributes).toEqual({
      SenderId: 'operator',
      SentTimestamp: '1700000000123',
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: '1700000000123',
    });
  });

  it('has the digest of its attributes that AWS documents: lengths, types and values in order of the names', async () => {
    const { send } = await start();
    const { MD5OfMessageAttributes } = await send('x', {
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
    });
    // md5 of 00000009"timestamp" 00000006"Number" 01 0000000d"1493147359900"
    expect(MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
  });

  it('has only the attributes that were asked for', async () => {
    const { send, receive } = await start();
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    await send('x', { MessageAttributes: { 'trace.id': attribute('1'), 'trace.span': attribute('2'), kind: attribute('3') } });
    const [message] = await receive({ MessageAttributeNames: ['trace.*'], MessageSystemAttributeNames: ['SenderId'] });
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(['trace.id', 'trace.span']);
    expect(message?.Attributes).toEqual({ SenderId: 'operator' });
  });

  it('is hidden while it is in flight, comes back after the timeout with a count, and is gone when it is deleted', async () => {
    const { send, receive, remove, counts, advance } = await start();
    await send('a');
    const [first] = await receive();
    expect([await receive(), await counts()]).toEqual([[], [0, 1, 0]]);
    await advance(29_999);
    expect(await receive()).toEqual([]);
    await advance(1);
    const [second] = await receive();
    expect(second?.Attributes).toMatchObject({ ApproximateReceiveCount: '2', ApproximateFirstReceiveTimestamp: '1700000000123' });
    // The first receiver lost it: its handle deletes nothing any more.
    await remove(first);
    expect(await counts()).toEqual([0, 1, 0]);
    await remove(second);
    await remove(second);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('is hidden as long as ChangeMessageVisibility says', async () => {
    const { sqs, QueueUrl, send, receive, advance } = await start();
    await send('a');
    const [message] = await receive();
    const change = (VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }));
    await change(3600);
    await advance(3_599_999);
    expect(await receive()).toEqual([]);
    await change(0);
    await expect(change(10)).rejects.toMatchObject({ name: 'MessageNotInflight' });
    expect(bodies(await receive({ VisibilityTimeout: 5 }))).toEqual(['a']);
    await advance(5000);
    expect(bodies(await receive())).toEqual(['a']);
  });

  it('waits for its delay, or that of the queue', async () => {
    const { send, receive, counts, advance } = await start({ resources: [queueResource('jobs', { DelaySeconds: 10 })] });
    await send('slow', { DelaySeconds: 900 });
    await send('queue');
    await send('now', { DelaySeconds: 0 });
    expect(await counts()).toEqual([1, 0, 2]);
    expect(bodies(await receive())).toEqual(['now']);
    await advance(10_000);
    expect(bodies(await receive())).toEqual(['queue']);
    await advance(890_000);
    expect(bodies(await receive())).toContain('slow');
  });

  it('is gone after the retention period', async () => {
    const { send, receive, counts, advance } = await start({ resources: [queueResource('jobs', { MessageRetentionPeriod: 60 })] });
    await send('old');
    await advance(30_000);
    await send('young');
    await advance(30_000);
    expect(await counts()).toEqual([1, 0, 0]);
    expect(bodies(await receive())).toEqual(['young']);
  });

  it('has at most 1 MiB, with its attributes', async () => {
    const { send } = await start();
    await send('x'.repeat(1_048_576));
    await expect(send('x'.repeat(1_048_577))).rejects.toThrow('Message must be shorter than 1048576 bytes.');
    // Name, type and value count: 4 + 6 + 1 bytes.
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'y' } };
    await send('x'.repeat(1_048_565), { MessageAttributes });
    await expect(send('x'.repeat(1_048_566), { MessageAttributes })).rejects.toThrow('Message must be shorter than 1048576 bytes.');
  });
});

describe('a long poll', () => {
  it('ends when a message comes', async () => {
    const { send, receive } = await start();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('a');
    expect(bodies(await waiting)).toEqual(['a']);
  });

  it('ends when a message comes out of hiding', async () => {
    const { send, receive, clock, advance } = await start();
    await send('a');
    await receive({ VisibilityTimeout: 7 });
    const waiting = receive({ WaitTimeSeconds: 20 });
    while (clock.pending() < 2) await new Promise((resolve) => setImmediate(resolve));
    await advance(7000);
    expect(bodies(await waiting)).toEqual(['a']);
    expect(clock.pending()).toBe(0);
  });

  it('ends empty after its time, by default that of the queue', async () => {
    const { receive, clock, advance } = await start({ resources: [queueResource('jobs', { ReceiveMessageWaitTimeSeconds: 5 })] });
    const waiting = receive();
    while (clock.pending() === 0) await new Promise((resolve) => setImmediate(resolve));
    await advance(5000);
    expect(await waiting).toEqual([]);
  });
});

describe('a batch', () => {
  it('succeeds and fails entry by entry', async () => {
    const { sqs, QueueUrl, receive } = await start();
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: 'b\u0000' },
    ];
    const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }]);
    const [message] = await receive();
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: '1', ReceiptHandle: message?.ReceiptHandle },
          { Id: '2', ReceiptHandle: 'nonsense' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: '1' }]);
    expect(deleted.Failed).toMatchObject([{ Id: '2', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it.each([
    ['nothing', [], 'EmptyBatchRequest'],
    ['11 entries', Array.from({ length: 11 }, (_, index) => ({ Id: `m${index}`, MessageBody: 'x' })), 'TooManyEntriesInBatchRequest'],
    ['an id twice', [1, 2].map(() => ({ Id: 'same', MessageBody: 'x' })), 'BatchEntryIdsNotDistinct'],
    ['an id with a space', [{ Id: 'a b', MessageBody: 'x' }], 'InvalidBatchEntryId'],
    ['more than 1 MiB', [1, 2].map((Id) => ({ Id: String(Id), MessageBody: 'x'.repeat(600_000) })), 'BatchRequestTooLong'],
  ])('of %s is refused as a whole', async (_name, Entries, name) => {
    const { sqs, QueueUrl, counts } = await start();
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name });
    expect(await counts()).toEqual([0, 0, 0]);
  });
});

describe('the redrive policy', () => {
  const withDeadLetters = () =>
    start({
      resources: [
        queueResource('dead'),
        queueResource('jobs', { RedrivePolicy: { deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 2 } }),
      ],
    });

  it('moves a message that was received too often, unchanged, instead of giving it out again', async () => {
    const fixture = await withDeadLetters();
    const { send, receive, counts, advance } = fixture;
    const dead = messagesOf(fixture, 'dead');
    const body = 'poison \u{1f98a} "quoted" \n';
    const sent = await send(body, { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    for (const count of ['1', '2']) {
      const [message] = await receive();
      expect(message?.Attributes?.ApproximateReceiveCount).toBe(count);
      await advance(30_000);
    }
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 0, 0]);
    const [moved] = await dead.receive();
    expect(moved).toMatchObject({ Body: body, MessageId: sent.MessageId, MessageAttributes: { kind: { StringValue: 'x' } } });
    expect(moved?.Attributes).toMatchObject({
      ApproximateReceiveCount: '3',
      DeadLetterQueueSourceArn: queueArn('jobs'),
      SentTimestamp: '1700000000123',
    });
  });
});

describe('errors', () => {
  it.each([
    [
      'a queue that does not exist',
      { QueueUrl: 'http://127.0.0.1/123456789012/none' },
      'QueueDoesNotExist',
      'The specified queue does not exist.',
    ],
    [
      'a queue of another account',
      { QueueUrl: 'http://127.0.0.1/999999999999/jobs' },
      'QueueDoesNotExist',
      'The specified queue does not exist.',
    ],
    ['11 messages', { MaxNumberOfMessages: 11 }, 'InvalidParameterValue', /MaxNumberOfMessages is invalid/],
    ['an unknown attribute', { MessageSystemAttributeNames: ['Color' as never] }, 'InvalidAttributeName', 'Unknown Attribute Color.'],
  ])('of %s have AWS names', async (_name, input, name, message) => {
    const { sqs, awsUrl, QueueUrl } = await start();
    const url = 'QueueUrl' in input ? String(input.QueueUrl).replace('http://127.0.0.1', awsUrl) : QueueUrl;
    const failure = sqs.send(new ReceiveMessageCommand({ ...input, QueueUrl: url }));
    await expect(failure).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('carry the codes of the Query protocol beside those of the JSON protocol', async () => {
    const { sqs, awsUrl } = await start();
    const QueueUrl = `${awsUrl}/123456789012/none`;
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('of a denial name action and queue, before anything is said of the queue', async () => {
    const asked: string[] = [];
    const { send, receive } = await start({
      authorize: ({ action, resource }) => {
        asked.push(`${action} ${resource}`);
        return { allowed: action !== 'sqs:ReceiveMessage' };
      },
    });
    await send('a');
    await expect(receive()).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(asked).toEqual([
      'sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:jobs',
      'sqs:ReceiveMessage arn:aws:sqs:eu-west-1:123456789012:jobs',
    ]);
  });

  it('come on demand', async () => {
    const failing: ('throttle' | 'fail' | undefined)[] = ['throttle', 'fail', undefined];
    const { send, counts } = await start({ faults: ({ action }) => (action === 'sqs:SendMessage' ? failing.shift() : undefined) });
    await expect(send('a')).rejects.toMatchObject({ name: 'RequestThrottled', $metadata: { httpStatusCode: 403 } });
    await expect(send('b')).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await send('c');
    expect(await counts()).toEqual([1, 0, 0]);
  });
});
