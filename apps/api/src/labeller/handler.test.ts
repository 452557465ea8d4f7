import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DocumentItem } from '../documents/resources.js';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { type RunningWorker, runWorker } from '../fakes/run-worker.fixture.js';
import { sampleDocument, storeDocument } from '../fakes/sample-document.fixture.js';
import { labellerHandler } from './handler.js';

const HTTP = {
  label: 'http',
  probability: 0.9,
  all: [
    { label: 'http', probability: 0.9 },
    { label: 'database', probability: 0.1 },
  ],
};

let worker: RunningWorker;
let asked: unknown[];
let answer: () => unknown;
beforeEach(() => {
  asked = [];
  answer = () => ({ labels: [HTTP] });
  const invoke = async (input: unknown) => {
    asked.push(input);
    return answer();
  };
  worker = runWorker(labellerHandler(), memoryWorld({ clients: { Classifier: { invoke } } }));
});

const store = (item = sampleDocument(), body?: string) =>
  storeDocument({ table: worker.table('documents'), bodies: worker.bucket('bodies') }, item, body);
const tell = ({ id, folder, title, version, updatedAtMs }: DocumentItem, change = 'saved') =>
  worker.receive({ name: 'changed', key: id, data: { id, folder, title, version, updatedAtMs, change } });
const labelOf = (id: string) => worker.table('labels').items.get(JSON.stringify([id, null]));

describe('a saved document', () => {
  test('is read by the model, and its label is stored', async () => {
    await tell(await store(sampleDocument(), 'A web framework'));
    expect(asked).toEqual([{ texts: ['Title of a1\n\nA web framework'] }]);
    expect(labelOf('a1')).toEqual({ ...HTTP, id: 'a1', version: 1, updatedAtMs: 1_700_000_000_123, labelledAtMs: 1_700_000_000_123 });
  });

  test('is announced to who follows it, and to who follows every document', async () => {
    await tell(await store());
    const event = { id: 'a1', version: 1, label: 'http', probability: 0.9 };
    expect(worker.published).toEqual([
      { topic: 'inference.labelled/*', event },
      { topic: 'inference.labelled/a1', event },
    ]);
  });

  test('is read at its beginning only', async () => {
    await tell(await store(sampleDocument(), 'x'.repeat(10_000)));
    expect(asked).toEqual([{ texts: [`Title of a1\n\n${'x'.repeat(4_000 - 13)}`] }]);
  });

  test('that is not the current version is not read: that one has a message of its own', async () => {
    const first = await store();
    const second = await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 }));
    await tell(first);
    expect(asked).toEqual([]);
    await tell(second);
    expect(labelOf('a1')).toMatchObject({ version: 2 });
  });

  test('whose body a newer version removed meanwhile is passed over', async () => {
    const first = await store();
    worker.before('bodies', 'get', async () => {
      await worker.bucket('bodies').delete(first.bodyKey);
      await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 }));
    });
    await tell(first);
    expect(asked).toEqual([]);
  });
});

describe('a message that comes again', () => {
  test('asks the model once, and announces twice', async () => {
    const item = await store();
    await tell(item);
    await tell(item);
    expect(asked).toHaveLength(1);
    expect(worker.published).toHaveLength(4);
  });

  test('because it could not be announced is announced then', async () => {
    const item = await store();
    worker.publishFails = true;
    await expect(tell(item)).rejects.toThrow('comes again');
    worker.publishFails = false;
    await tell(item);
    expect(worker.published).toHaveLength(2);
  });
});

describe('a removed document', () => {
  test('loses its label', async () => {
    const item = await store();
    await tell(item);
    worker.table('documents').items.clear();
    await tell(item, 'removed');
    expect(worker.table('labels').items.size).toBe(0);
  });

  test('that was made again keeps the new one’s label', async () => {
    const first = await store();
    const second = await store(sampleDocument({ version: 1, updatedAtMs: 1_700_000_000_200 }));
    await tell(second);
    await tell(first, 'removed');
    expect(labelOf('a1')).toMatchObject({ updatedAtMs: 1_700_000_000_200 });
  });
});

describe('a failure', () => {
  test('of the model has the message come again, and leaves the label as it was', async () => {
    await tell(await store());
    answer = () => {
      throw new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] the model failed');
    };
    await expect(tell(await store(sampleDocument({ version: 2, updatedAtMs: 1_700_000_000_124 })))).rejects.toThrow('comes again');
    expect(labelOf('a1')).toMatchObject({ version: 1 });
  });

  test('a model that gives no label has the message come again', async () => {
    answer = () => ({ labels: [] });
    await expect(tell(await store())).rejects.toThrow('the model gave no label for document a1');
  });

  test('a message that does not fit comes again, until it is in the dead-letter queue', async () => {
    await expect(worker.receive({ name: 'changed', data: { id: 'a1' } })).rejects.toThrow('does not fit its schema');
    expect(asked).toEqual([]);
  });
});
