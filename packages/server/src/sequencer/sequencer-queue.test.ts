/** The queue on the real SQS client; the other end speaks SQS's JSON protocol as its API reference has it. */

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CREDENTIALS } from '../resources/dynalite.fixture.js';
import { type HttpRecorder, startRecorder } from '../resources/http-recorder.fixture.js';
import { readQueueMessage } from './queue-message.js';
import { createSequencerQueue, type SequencerQueue } from './sequencer-queue.js';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/SequencerQueue.fifo';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}
interface Request {
  readonly QueueUrl: string;
  readonly Entries: readonly Entry[];
}

const open: (HttpRecorder | SequencerQueue)[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(failing?: string) {
  const recorder = await startRecorder(({ body }) => {
    const { Entries } = JSON.parse(body.toString()) as Request;
    const Successful = Entries.map(({ Id, MessageBody }) => ({
      Id,
      MessageId: `m${Id}`,
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    const [last] = Successful.slice(-1);
    const answer = failing
      ? { Successful: Successful.slice(0, -1), Failed: [{ Id: last?.Id, Code: failing, SenderFault: false }] }
      : { Successful };
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(answer) };
  });
  let ids = 0;
  const aws = { region: 'eu-west-1', endpoint: recorder.origin, credentials: async () => TEST_CREDENTIALS };
  const queue = createSequencerQueue({ queueUrl: QUEUE, newId: () => `id${++ids}`, aws });
  open.push(recorder, queue);
  return { queue, requests: () => recorder.requests.map(({ body }) => JSON.parse(body.toString()) as Request) };
}

describe('the queue of the sequencer', () => {
  it('gets an event with its topic as the group and an id of its own', async () => {
    const { queue, requests } = await start();
    await queue.send('prices.ticks/ACME', ['{"n":1}'], 3_600);
    expect(requests()).toEqual([
      {
        QueueUrl: QUEUE,
        Entries: [
          {
            Id: '0',
            MessageBody: '{"topic":"prices.ticks/ACME","retainSeconds":3600}\n{"n":1}',
            MessageGroupId: 'prices.ticks/ACME',
            MessageDeduplicationId: 'id1',
          },
        ],
      },
    ]);
  });

  it('groups topics that SQS does not take by their hash: the same topic, the same group', async () => {
    const { queue, requests } = await start();
    const long = `prices.ticks/${'x'.repeat(128)}`;
    for (const topic of ['prices.ticks/ü', long, long]) await queue.send(topic, ['1'], 3_600);
    const groups = requests().map(({ Entries: [entry] }) => entry?.MessageGroupId);
    expect(groups[0]).toBe(createHash('sha256').update('prices.ticks/ü').digest('hex'));
    expect(groups[1]).toMatch(/^[0-9a-f]{64}$/);
    expect(groups[2]).toBe(groups[1]);
    expect(readQueueMessage(requests()[1]?.Entries[0]?.MessageBody ?? '')).toEqual({ topic: long, retainSeconds: 3_600, data: '1' });
  });

  it('gets a batch in requests of ten messages and 256 kB, in its order', async () => {
    const { queue, requests } = await start();
    const small = Array.from({ length: 12 }, (_, n) => `${n}`);
    const large = Array.from({ length: 3 }, (_, n) => JSON.stringify(`${n}`.padEnd(100_000, '-')));
    await queue.send('prices.ticks/a', [...small, ...large], 3_600);
    expect(requests().map(({ Entries }) => Entries.length)).toEqual([10, 4, 1]);
    const events = requests().flatMap(({ Entries }) => Entries.map(({ MessageBody }) => readQueueMessage(MessageBody).data));
    expect(events).toEqual([...small, ...large]);
  });

  it('has the same ids for a publication with the same key, others for each event of a batch, and for no two keys the same', async () => {
    const { queue, requests } = await start();
    const send = async (events: readonly string[], idempotencyKey: string) => {
      await queue.send('prices.ticks/a', events, 3_600, { idempotencyKey });
      return (
        requests()
          .at(-1)
          ?.Entries.map(({ MessageDeduplicationId: id }) => id) ?? []
      );
    };
    const first = await send(['1', '2'], 'order – 1');
    expect(await send(['1', '2'], 'order – 1')).toEqual(first);
    const others = [...(await send(['1'], 'order – 1#1')), ...(await send(['1'], '["order – 1",1]'))];
    expect(new Set([...first, ...others]).size).toBe(4);
    expect(readQueueMessage(requests()[0]?.Entries[1]?.MessageBody ?? '')).toMatchObject({ key: 'order – 1', part: 1 });
  });

  it('spells what SQS refuses in letters', async () => {
    const { queue, requests } = await start();
    const event = JSON.stringify('\uFFFE \uFFFF 🦊 \u0000');
    await queue.send('prices.ticks/a', [event], 3_600);
    const body = requests()[0]?.Entries[0]?.MessageBody ?? '';
    expect(body).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(JSON.parse(readQueueMessage(body).data)).toBe(JSON.parse(event));
  });

  it('is SERVICE_UNAVAILABLE when SQS did not take all of a batch', async () => {
    const { queue } = await start('InternalError');
    await expect(queue.send('prices.ticks/a', ['1', '2'], 3_600)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('(InternalError); publish again, with a key'),
    });
  });

  it('refuses what no log takes, and sends nothing', async () => {
    const { queue, requests } = await start();
    await expect(queue.send('prices.ticks/a', [JSON.stringify('x'.repeat(128_000))], 60)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
    await expect(queue.send('prices.ticks/a', ['1'], 60, { idempotencyKey: '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(requests()).toEqual([]);
  });
});
