import { message, messages } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { bus } from '../service/bus.js';
import { defineWorker } from '../service/worker.js';
import { implementWorker } from './implement-worker.js';
import { streamRecord, testWorker } from './worker.fixture.js';
import type { ReceivedMessage } from './worker-types.js';

const news = messages('news', {
  changed: message({ data: () => z.object({ id: z.string(), version: z.int().default(1) }) }),
  removed: message({ data: () => z.object({ id: z.string() }) }),
  counted: message({ data: () => z.number() }),
});

/** A worker that writes down what it was given; messages whose ids are `failing` are refused. */
function reader(transport: 'sns-sqs' | 'table', failing: readonly string[] = []) {
  const seen: ReceivedMessage<string, unknown>[] = [];
  const source = bus('News', news, { transport, ordered: true }).on('changed', 'removed');
  const worker = testWorker(
    implementWorker(defineWorker('reader', { source, uses: {} }), async ({ message: each }) => {
      seen.push(each);
      if (failing.includes(each.id)) throw new Error('table is busy');
    }),
  );
  return { ...worker, seen, ids: () => seen.map(({ id }) => id) };
}

const wire = (id: string, more: object = {}) =>
  JSON.stringify({ name: 'changed', id, key: 'd1', publishedAtMs: 1_700_000_000_123, data: { id: 'd1' }, ...more });
const queued = (messageId: string, body: string, attributes: object = {}) => ({
  messageId,
  body,
  attributes: { ApproximateReceiveCount: '1', ...attributes },
});
const inGroup = (messageId: string, MessageGroupId: string) => queued(messageId, wire(messageId), { MessageGroupId });

describe('messages of a queue', () => {
  it('come with name, validated data, id, key, time and attempt', async () => {
    const { send, seen } = reader('sns-sqs');
    const Records = [
      queued('q1', wire('m1'), { ApproximateReceiveCount: '3' }),
      queued('q2', wire('m2', { name: 'removed', data: { id: 'd2', secret: 'no' } })),
    ];
    expect(await send({ Records })).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      { name: 'changed', data: { id: 'd1', version: 1 }, id: 'm1', key: 'd1', publishedAtMs: 1_700_000_000_123, attempt: 3 },
      { name: 'removed', data: { id: 'd2' }, id: 'm2', key: 'd1', publishedAtMs: 1_700_000_000_123, attempt: 1 },
    ]);
  });

  it('that failed are named, and the others are done', async () => {
    const { send, ids, logLines } = reader('sns-sqs', ['m2']);
    const Records = ['1', '2', '3'].map((number) => queued(`q${number}`, wire(`m${number}`)));
    expect(await send({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'q2' }] });
    expect(ids()).toEqual(['m1', 'm2', 'm3']);
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'ERROR', id: 'q2', cause: { message: 'table is busy' } }]);
  });

  it('of a FIFO group wait behind its first failure, which other groups do not', async () => {
    const { send, ids } = reader('sns-sqs', ['a2']);
    const Records = [inGroup('a1', 'a'), inGroup('a2', 'a'), inGroup('b1', 'b'), inGroup('a3', 'a'), inGroup('b2', 'b')];
    expect(await send({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'a2' }, { itemIdentifier: 'a3' }] });
    expect(ids().sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it.each([
    ['is no JSON', '{'],
    ['is no message', '{"name":"changed"}'],
    ['does not fit the contract', wire('m1', { data: { id: 5 } })],
  ])('whose body %s fail, for the dead-letter queue, and the log repeats no value', async (_, body) => {
    const { send, seen, logLines } = reader('sns-sqs');
    expect(await send({ Records: [queued('q1', body), queued('q2', wire('m2'))] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'q1' }],
    });
    expect(seen).toHaveLength(1);
    expect(logLines).toHaveLength(1);
  });

  it('of another name than the worker reads are passed over', async () => {
    const { send, seen } = reader('sns-sqs');
    const Records = [queued('q1', wire('m1', { name: 'counted', data: 5 })), queued('q2', wire('m2', { name: 'toString' }))];
    expect(await send({ Records })).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([]);
  });
});

describe('messages of a bus table', () => {
  const row = (sequence: string, text: string, key = 'd1') => {
    const Keys = { key: { S: key }, id: { S: `m${sequence}` } };
    return streamRecord(sequence, 'INSERT', { Keys, NewImage: { ...Keys, name: { S: 'changed' }, message: { S: text } } });
  };

  it('come when their row is written, and not when it expires', async () => {
    const { send, seen } = reader('table');
    const expired = streamRecord('2', 'REMOVE', { Keys: { key: { S: 'd1' } }, OldImage: { message: { S: wire('m0') } } });
    expect(await send({ Records: [row('1', wire('m1')), expired] })).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      { name: 'changed', data: { id: 'd1', version: 1 }, id: 'm1', key: 'd1', publishedAtMs: 1_700_000_000_123, attempt: 1 },
    ]);
  });

  it('are reported from the first that failed on', async () => {
    const { send, ids } = reader('table', ['m2']);
    const Records = ['1', '2', '3'].map((sequence) => row(sequence, wire(`m${sequence}`)));
    expect(await send({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(ids()).toEqual(['m1', 'm2']);
  });

  it('that do not fit fail, for the dead-letter queue', async () => {
    const { send } = reader('table');
    expect(await send({ Records: [row('1', wire('m1', { data: null }))] })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });
});
