import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryWorld } from '../fakes/memory-world.fixture.js';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { inferenceHandlers } from './handlers.js';

const HTTP = { label: 'http', probability: 0.75, all: [{ label: 'http', probability: 0.75 }] };
const STREAM = '0123456789abcdef';
const modelFailed = new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] the model failed');

let service: RunningService;
/** What the model does with each text it streams. */
let lines: (index: number) => typeof HTTP | undefined;
let failure: Error | undefined;
beforeEach(() => {
  lines = () => HTTP;
  failure = undefined;
  const Classifier = {
    invoke: async ({ texts }: { texts: string[] }) => {
      if (failure) throw failure;
      return { labels: texts.map(() => HTTP) };
    },
    invokeStream: async function* ({ texts }: { texts: string[] }) {
      for (const index of texts.keys()) {
        const line = lines(index);
        if (line) yield line;
        else if (failure) throw failure;
      }
    },
  };
  service = runService(inferenceHandlers(), memoryWorld({ clients: { Classifier } }));
});

const events = () => service.published.map(({ event }) => event);

describe('classify', () => {
  test('gives a label per text', async () => {
    expect(await service.call('classify', { texts: ['one', 'two'] })).toEqual({ labels: [HTTP, HTTP] });
  });

  test('a model that fails is MODEL_FAILED, 424, and what it said stays in the log', async () => {
    failure = modelFailed;
    await expect(service.call('classify', { texts: ['one'] })).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      error: 'MODEL_FAILED',
      data: { model: 'classifier' },
    });
    expect(service.logLines.join()).toContain('the model failed');
  });

  test('a model that is busy is SERVICE_UNAVAILABLE: trying again may help', async () => {
    failure = new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] busy');
    await expect(service.call('classify', { texts: ['one'] })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', error: undefined });
  });

  test.each([[[]], [['']], [['x'.repeat(10_001)]], [Array.from({ length: 33 }, () => 'x')]])('refuses %j', async (texts) => {
    await expect(service.call('classify', { texts })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('classifyStream', () => {
  test('publishes a label per text in order, then the end, to who follows the stream', async () => {
    expect(await service.subscribe('results', { stream: STREAM })).toBe(STREAM);
    expect(await service.call('classifyStream', { stream: STREAM, texts: ['one', 'two'] })).toEqual({ count: 2 });
    expect(service.published.every(({ topic }) => topic === `inference.results/${STREAM}`)).toBe(true);
    expect(events()).toEqual([
      { kind: 'label', index: 0, ...HTTP },
      { kind: 'label', index: 1, ...HTTP },
      { kind: 'end', count: 2 },
    ]);
  });

  test('a model that fails in between: followers and caller both learn of it', async () => {
    lines = (index) => (index === 0 ? HTTP : undefined);
    failure = modelFailed;
    await expect(service.call('classifyStream', { stream: STREAM, texts: ['one', 'two'] })).rejects.toMatchObject({
      error: 'MODEL_FAILED',
    });
    expect(events()).toEqual([
      { kind: 'label', index: 0, ...HTTP },
      { kind: 'failed', count: 1 },
    ]);
  });

  test('a model that gives too few lines has failed', async () => {
    lines = (index) => (index === 0 ? HTTP : undefined);
    await expect(service.call('classifyStream', { stream: STREAM, texts: ['one', 'two'] })).rejects.toMatchObject({
      error: 'MODEL_FAILED',
    });
    expect(events().at(-1)).toEqual({ kind: 'failed', count: 1 });
  });

  test('a stream’s name must be hard to guess', async () => {
    await expect(service.call('classifyStream', { stream: 'mine', texts: ['one'] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('labels of documents', () => {
  beforeEach(async () => {
    const facts = { version: 2, updatedAtMs: 1_700_000_000_100, labelledAtMs: 1_700_000_000_123 };
    await service.table('labels').put({ ...HTTP, id: 'a1', ...facts });
  });
  const LABEL = { ...HTTP, id: 'a1', version: 2, labelledAtMs: 1_700_000_000_123 };

  test('label gives one, and NOT_FOUND until the model has read the document', async () => {
    expect(await service.call('label', { id: 'a1' })).toEqual(LABEL);
    await expect(service.call('label', { id: 'a2' })).rejects.toMatchObject({ error: 'NOT_FOUND', data: { id: 'a2' } });
  });

  test('labels gives those that are there, each once', async () => {
    expect(await service.call('labels', { id: ['a2', 'a1', 'a1'] })).toEqual({ items: [LABEL] });
  });

  test('labelled follows one document, or every one under a name no document can have', async () => {
    expect(await service.subscribe('labelled', { id: 'a1' })).toBe('a1');
    expect(await service.subscribe('labelled', {})).toBe('*');
    await expect(service.subscribe('labelled', { id: '*' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
