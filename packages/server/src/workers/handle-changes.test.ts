import { service, subscription } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { defineWorker } from '../service/worker.js';
import { implementWorker } from './implement-worker.js';
import { streamRecord, testWorker } from './worker.fixture.js';
import type { Change } from './worker-types.js';

const Notes = table('Notes', {
  item: () => z.object({ id: z.string(), size: z.int(), hash: z.instanceof(Uint8Array).optional() }),
  partitionKey: 'id',
});
type Note = { id: string; size: number; hash?: Uint8Array | undefined };

const image = (id: string, size: number) => ({ id: { S: id }, size: { N: String(size) } });
const put = (sequence: string, id: string, size: number, before?: number) =>
  streamRecord(sequence, before === undefined ? 'INSERT' : 'MODIFY', {
    Keys: { id: { S: id } },
    NewImage: image(id, size),
    ...(before === undefined ? {} : { OldImage: image(id, before) }),
  });

/** A worker that writes down what it was given; `failing` sequence numbers are refused. */
function follower(failing: readonly string[] = []) {
  const seen: [string, Change<Note>][] = [];
  const declaration = defineWorker('follower', { source: Notes.changes(), uses: {} });
  const worker = testWorker(
    implementWorker(declaration, async ({ change, sequenceNumber }) => {
      // Every handler lets the others go first.
      await Promise.resolve();
      seen.push([sequenceNumber, change]);
      if (failing.includes(sequenceNumber)) throw new Error('index is busy');
    }),
  );
  return { ...worker, seen, sequence: () => seen.map(([number]) => number) };
}

describe('changes of a table', () => {
  it('are puts with the item before, and removals with the item as it was last', async () => {
    const { send, seen } = follower();
    const removal = streamRecord('3', 'REMOVE', { Keys: { id: { S: 'c' } }, OldImage: image('c', 9) });
    expect(await send({ Records: [put('1', 'a', 1), put('2', 'b', 2, 1), removal] })).toEqual({ batchItemFailures: [] });
    expect(seen.sort(([one], [other]) => Number(one) - Number(other))).toEqual([
      ['1', { kind: 'put', item: { id: 'a', size: 1 }, before: undefined }],
      ['2', { kind: 'put', item: { id: 'b', size: 2 }, before: { id: 'b', size: 1 } }],
      ['3', { kind: 'remove', item: { id: 'c', size: 9 } }],
    ]);
  });

  it('carry bytes, which Lambda writes in base64', async () => {
    const { send, seen } = follower();
    const NewImage = { ...image('a', 1), hash: { B: 'AP8=' } };
    await send({ Records: [streamRecord('1', 'INSERT', { Keys: { id: { S: 'a' } }, NewImage })] });
    expect(seen[0]?.[1].item.hash).toEqual(new Uint8Array([0, 255]));
  });

  it('of one item come one after the other, in order', async () => {
    const running = new Set<string>();
    const order: string[] = [];
    const declaration = defineWorker('slow', { source: Notes.changes(), uses: {} });
    const { send } = testWorker(
      implementWorker(declaration, async ({ change: { item }, sequenceNumber }) => {
        expect(running.has(item.id)).toBe(false);
        running.add(item.id);
        for (let turns = item.size; turns > 0; turns--) await Promise.resolve();
        running.delete(item.id);
        order.push(sequenceNumber);
      }),
    );
    await send({ Records: [put('1', 'a', 50), put('2', 'a', 1), put('3', 'b', 1)] });
    expect(order).toEqual(['3', '1', '2']);
  });

  it('are reported from the first that failed on, and nothing is begun behind it', async () => {
    const { send, sequence, logLines } = follower(['2']);
    const Records = [put('1', 'a', 1), put('2', 'a', 2), put('3', 'a', 3)];
    expect(await send({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(sequence()).toEqual(['1', '2']);
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', requestId: 'r1', sequenceNumber: '2', cause: { message: 'index is busy' } },
    ]);
  });

  it('are reported from the first that did not succeed, when a later one failed meanwhile', async () => {
    let failed = () => {};
    const failure = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const declaration = defineWorker('slow', { source: Notes.changes(), uses: {} });
    const { send } = testWorker(
      implementWorker(declaration, async ({ sequenceNumber }) => {
        if (sequenceNumber === '1') return await failure;
        failed();
        throw new Error('index is busy');
      }),
    );
    // 2 is behind 1, which ends only after 3 has failed.
    const Records = [put('1', 'a', 1), put('2', 'a', 2), put('3', 'b', 1)];
    expect(await send({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  });

  it.each([
    ['an item that does not fit the schema', streamRecord('1', 'INSERT', { Keys: { id: { S: 'a' } }, NewImage: { id: { S: 'a' } } })],
    [
      'a number that JavaScript cannot hold',
      streamRecord('1', 'INSERT', { Keys: {}, NewImage: { id: { S: 'a' }, size: { N: '9'.repeat(38) } } }),
    ],
    ['no image', streamRecord('1', 'INSERT', { Keys: {} })],
    ['an attribute of no known type', streamRecord('1', 'INSERT', { Keys: {}, NewImage: { id: { X: 'a' } } })],
  ])('with %s are logged and passed over: the shard goes on', async (_, strange) => {
    const { send, sequence, logLines } = follower();
    expect(await send({ Records: [strange, put('2', 'b', 1)] })).toEqual({ batchItemFailures: [] });
    expect(sequence()).toEqual(['2']);
    expect(logLines.join()).toContain('passed over');
  });

  it('whose former item does not fit any more come without it', async () => {
    const { send, seen } = follower();
    const record = streamRecord('1', 'MODIFY', { Keys: { id: { S: 'a' } }, NewImage: image('a', 2), OldImage: { id: { S: 'a' } } });
    await send({ Records: [record] });
    expect(seen).toEqual([['1', { kind: 'put', item: { id: 'a', size: 2 }, before: undefined }]]);
  });
});

describe('ctx of a worker', () => {
  it('has clients, callers of services, the time, the request id, and publishes for the service it announces for', async () => {
    const notes = service('notes', { grown: subscription({ event: () => z.object({ size: z.int() }), retain: '1h' }) });
    const declaration = defineWorker('announcer', { source: Notes.changes(), uses: { notes: Notes.allow('get') }, announces: notes });
    const published: unknown[][] = [];
    const facts: unknown[] = [];
    const implementation = implementWorker(declaration, async ({ change: { item }, ctx }) => {
      facts.push(await ctx.notes.get({ id: item.id }), ctx.now(), ctx.requestId);
      await ctx.publish('grown', item.id, { size: item.size });
    });
    const { send } = testWorker(implementation, {
      clients: { notes: { get: async () => ({ id: 'a', size: 7 }) } },
      publish: async (...event) => {
        published.push(event);
        return 'e1-1';
      },
    });
    expect(await send({ Records: [put('1', 'a', 8)] })).toEqual({ batchItemFailures: [] });
    expect(facts).toEqual([{ id: 'a', size: 7 }, 1_700_000_000_123, 'r1']);
    expect(published).toEqual([['notes.grown/a', '{"size":8}', 3_600, undefined]]);
  });

  it('calls other services on nobody’s behalf', async () => {
    const declaration = defineWorker('caller', { source: Notes.changes(), uses: {} });
    const asked: unknown[] = [];
    const { send } = testWorker(
      implementWorker(declaration, () => {}),
      {
        callers: (facts) => {
          asked.push(facts);
          return {};
        },
      },
    );
    await send({ Records: [] });
    expect(asked).toEqual([{ user: null, requestId: 'r1' }]);
  });
});

describe('implementWorker', () => {
  it('refuses a worker without a handler when the function starts', () => {
    const declaration = defineWorker('idle', { source: Notes.changes(), uses: {} });
    expect(() => implementWorker(declaration, undefined as never)).toThrow('[WORKER] idle: got undefined, expected a function');
  });
});
