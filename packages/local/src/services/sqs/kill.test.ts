/** A message that was acknowledged is there after a kill, in exactly one queue; one that was deleted is not. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.js';
import { environment, onCleanup, operatorKeys, temporaryFolder } from '../fixture.test.support.js';
import { startChild } from '../kill.test.support.js';
import { memoryQueueStore, openQueueStore } from './queue-store.js';
import { Queues } from './queues.js';

describe('a kill', () => {
  it('loses no acknowledged message, brings back no deleted one, and leaves none in two queues', async () => {
    const dataDir = await temporaryFolder();
    const entry = new URL('./kill-child.test.support.ts', import.meta.url);
    const { child, exited, message } = await startChild<{ url: string }>(entry, dataDir);
    const client = new SQSClient({ endpoint: message.url, region: environment.region, credentials: operatorKeys, maxAttempts: 1 });
    onCleanup(() => client.destroy());
    const QueueUrl = `${message.url}/123456789012/jobs`;
    const sent: string[] = [];
    const leaving = new Set<string>();
    const deleted: string[] = [];
    let alive = true;
    void exited.then(() => {
      alive = false;
    });
    /** Sends two messages and receives two: one is deleted, one given up, so that a later receive moves it to the dead-letter queue. */
    const worker = async (lane: number): Promise<void> => {
      for (let n = 0; alive; n++) {
        for (const half of ['a', 'b']) {
          const MessageBody = `${lane}-${n}-${half} ${'x'.repeat(2000)}`;
          await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
          sent.push(MessageBody);
        }
        const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2 }));
        const [first, second] = Messages;
        if (second !== undefined) {
          const { ReceiptHandle } = second;
          await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
        }
        if (first?.Body === undefined) continue;
        leaving.add(first.Body);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first.ReceiptHandle }));
        deleted.push(first.Body);
        if (deleted.length >= 200) child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 8 }, (_, lane) => worker(lane)));
    await exited;

    const store = await openQueueStore(`${dataDir}/sqs`);
    onCleanup(() => store.close());
    const kept = await store.load();
    const bodies = kept.flatMap(({ messages }) => messages.map(({ content }) => content.body));
    expect(kept.map(({ name }) => name)).toEqual(['dead', 'jobs']);
    expect(kept[0]!.messages.length).toBeGreaterThan(0);
    expect(new Set(bodies).size).toBe(bodies.length);
    expect(sent.filter((body) => !leaving.has(body) && !bodies.includes(body))).toEqual([]);
    expect(deleted.filter((body) => bodies.includes(body))).toEqual([]);
  });
});

it('keeps nothing without a folder', async () => {
  const queues = new Queues({ environment, awsUrl: 'http://127.0.0.1', clock: systemClock, store: memoryQueueStore() });
  await queues.open();
  await queues.create('jobs', {});
  expect(queues.all().map(({ name }) => name)).toEqual(['jobs']);
  await queues.close();
});
