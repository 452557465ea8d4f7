import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { queueArn, queueResource, startModules } from '../modules.test.support.js';

async function start(properties: Readonly<Record<string, unknown>> = { ContentBasedDeduplication: true }) {
  const resources = [queueResource('dead.fifo'), queueResource('jobs.fifo', properties)];
  const fixture = await startModules({ resources });
  const url = (name: string) => `${fixture.awsUrl}/123456789012/${name}`;
  const QueueUrl = url('jobs.fifo');
  const send = (MessageBody: string, MessageGroupId: string, more: Partial<SendMessageCommandInput> = {}) =>
    fixture.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, ...more }));
  const receive = async (MaxNumberOfMessages = 10, name = 'jobs.fifo'): Promise<Message[]> => {
    const input = { QueueUrl: url(name), MaxNumberOfMessages, MessageSystemAttributeNames: ['All' as const] };
    return (await fixture.sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  };
  const remove = (message: Message | undefined) =>
    fixture.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  return { ...fixture, send, receive, remove };
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

describe('a group of a FIFO queue', () => {
  it('keeps its order, and waits while one of its messages is in flight', async () => {
    const { send, receive, remove } = await start();
    for (const [body, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['a3', 'a'],
    ] as const)
      await send(body, group);
    const [first, second] = await receive(2);
    expect(bodies([first!, second!])).toEqual(['a1', 'a2']);
    expect(bodies(await receive())).toEqual(['b1']);
    await remove(first);
    expect(await receive()).toEqual([]);
    await remove(second);
    expect(bodies(await receive())).toEqual(['a3']);
  });

  it('starts again at the message that was not deleted', async () => {
    const { send, receive, remove, advance } = await start();
    for (const body of ['a1', 'a2', 'a3']) await send(body, 'a');
    const [, second] = await receive(2);
    await remove(second);
    await advance(30_000);
    expect(bodies(await receive())).toEqual(['a1', 'a3']);
  });

  it('goes on behind a message that was moved to the dead-letter queue', async () => {
    const { send, receive, advance } = await start({
      ContentBasedDeduplication: true,
      RedrivePolicy: { deadLetterTargetArn: queueArn('dead.fifo'), maxReceiveCount: 1 },
    });
    await send('poison', 'a');
    await send('next', 'a');
    await receive(1);
    await advance(30_000);
    expect(bodies(await receive())).toEqual(['next']);
    const [dead] = await receive(1, 'dead.fifo');
    expect(dead).toMatchObject({ Body: 'poison', Attributes: { MessageGroupId: 'a', DeadLetterQueueSourceArn: queueArn('jobs.fifo') } });
  });

  it('numbers its messages upwards', async () => {
    const { send, receive } = await start();
    const sent = [await send('a1', 'a'), await send('a2', 'a')].map(({ SequenceNumber }) => SequenceNumber!);
    expect(sent[0]).toMatch(/^\d{20}$/);
    expect(BigInt(sent[0]!) < BigInt(sent[1]!)).toBe(true);
    expect((await receive()).map(({ Attributes }) => Attributes?.SequenceNumber)).toEqual(sent);
  });
});

describe('deduplication', () => {
  it('takes a message of the same id once in five minutes, also when it was deleted', async () => {
    const { send, receive, remove, advance } = await start({});
    const first = await send('a', 'g', { MessageDeduplicationId: 'once' });
    const [message] = await receive();
    await remove(message);
    const second = await send('other', 'h', { MessageDeduplicationId: 'once' });
    expect([second.MessageId, second.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    expect(await receive()).toEqual([]);
    await advance(300_000);
    await send('again', 'g', { MessageDeduplicationId: 'once' });
    expect(bodies(await receive())).toEqual(['again']);
  });

  it('goes by the SHA-256 of the body when the queue says so', async () => {
    const { send, receive } = await start();
    await send('same', 'g');
    await send('same', 'g', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    const messages = await receive();
    expect(messages).toHaveLength(1);
    // sha256('same')
    expect(messages[0]?.Attributes?.MessageDeduplicationId).toBe('0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5');
  });

  it('counts per group with DeduplicationScope messageGroup', async () => {
    const { send, receive } = await start({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    for (const group of ['a', 'b', 'a']) await send(group, group, { MessageDeduplicationId: 'once' });
    expect(bodies(await receive())).toEqual(['a', 'b']);
  });
});

describe('a FIFO queue refuses', () => {
  it('a message without group', async () => {
    const { send } = await start();
    await expect(send('a', undefined as never)).rejects.toMatchObject({
      name: 'MissingParameter',
      message: 'The request must contain the parameter MessageGroupId.',
    });
  });

  it('a message without deduplication id, unless it goes by content', async () => {
    const { send } = await start({});
    await expect(send('a', 'g')).rejects.toThrow(/ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly/);
  });

  it('a delay of a single message', async () => {
    const { send } = await start();
    await expect(send('a', 'g', { DelaySeconds: 5 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('a receipt handle whose time is over', async () => {
    const { send, receive, remove, advance } = await start();
    await send('a', 'g');
    const [message] = await receive();
    await advance(30_000);
    await expect(remove(message)).rejects.toThrow(/The receipt handle has expired/);
  });
});
