import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../clock.js';
import type { InvokeResult, StreamRecord, StreamSource } from '../parts.js';
import { createJournal } from '../template/assembly.test.fixture.js';
import { type Checkpoints, fileCheckpoints, memoryCheckpoints } from './checkpoints.js';
import type { Retained } from './destinations.js';
import { compilePattern } from './event-pattern.js';
import type { StreamMappingDefinition } from './mapping-definition.js';
import type { RunningMapping } from './running-mapping.js';
import { startStreamMapping } from './stream-mapping.js';

const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/docs/stream/2026-01-01T00:00:00.000';
const startMs = 1_700_000_000_123;
const ok: InvokeResult = { statusCode: 200, payload: 'null' };
const error: InvokeResult = { statusCode: 200, payload: '{"errorType":"Error","errorMessage":"no"}', functionError: 'Unhandled' };

/** A stream in memory, numbered from 1. */
class Stream implements StreamSource {
  readonly records: StreamRecord[] = [];
  readonly #watchers = new Set<() => void>();
  /** Why it cannot be read now. */
  broken: string | undefined;

  put(id: string, atMs = startMs): void {
    const SequenceNumber = String(this.records.length + 1);
    this.records.push({
      eventID: id,
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: streamArn,
      dynamodb: {
        ApproximateCreationDateTime: atMs / 1000,
        Keys: { id: { S: id } },
        SequenceNumber,
        SizeBytes: 9,
        StreamViewType: 'KEYS_ONLY',
      },
    });
    for (const wake of this.#watchers) wake();
  }

  async read(_arn: string, after: string, limit: number): Promise<readonly StreamRecord[]> {
    if (this.broken !== undefined) throw new Error(this.broken);
    return this.records.slice(Number(after), Number(after) + limit);
  }

  watch(_arn: string, wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }

  async latest(): Promise<string> {
    return String(this.records.length);
  }
}

let stream: Stream;
let clock: ManualClock;
let mapping: RunningMapping;
let batches: string[][];
let answer: (ids: string[], records: readonly StreamRecord[]) => InvokeResult;
let checkpoints: Checkpoints;
let retained: Retained[];
let journal: ReturnType<typeof createJournal>;

beforeEach(() => {
  stream = new Stream();
  clock = createManualClock(startMs);
  batches = [];
  retained = [];
  answer = () => ok;
  checkpoints = memoryCheckpoints();
  journal = createJournal();
});

afterEach(async () => {
  await mapping.close();
  expect(clock.pending()).toBe(0);
});

async function start(parts: Partial<StreamMappingDefinition> = {}): Promise<void> {
  mapping = await startStreamMapping({
    mapping: {
      id: 'm1',
      functionName: 'fn',
      streamArn,
      batchSize: 100,
      batchingWindowMs: 0,
      startingPosition: 'TRIM_HORIZON',
      patterns: [],
      reportsItemFailures: false,
      bisects: false,
      maxRetries: Number.POSITIVE_INFINITY,
      maxAgeMs: Number.POSITIVE_INFINITY,
      ...parts,
    },
    source: stream,
    invoke: async (_name, payload) => {
      const { Records } = payload as { Records: StreamRecord[] };
      const ids = Records.map((record) => record.eventID);
      batches.push(ids);
      return answer(ids, Records);
    },
    checkpoints,
    clock,
    report: journal.report,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
    destinations: { send: async (each) => void retained.push(each) },
  });
}

/** Lets everything happen that needs no time. */
const settle = (): Promise<void> => clock.advance(0);

describe('batches', () => {
  it('hold what is there, in order, up to the batch size', async () => {
    for (const id of ['a', 'b', 'c']) stream.put(id);
    await start({ batchSize: 2 });
    await settle();
    expect(batches).toEqual([['a', 'b'], ['c']]);
    stream.put('d');
    await settle();
    expect(batches.at(-1)).toEqual(['d']);
  });

  it('of a stream that cannot be read for a while come when it can, asked for after 1, 2 and 4 seconds', async () => {
    await start();
    await settle();
    stream.broken = 'out of reach';
    stream.put('a');
    for (const ms of [0, 1000, 2000]) await clock.advance(ms);
    stream.broken = undefined;
    await clock.advance(3999);
    expect(batches).toEqual([]);
    await clock.advance(1);
    expect(batches).toEqual([['a']]);
    const said = journal.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(said).toEqual(
      [1000, 2000, 4000].map((ms) => `event source of fn cannot read ${streamArn}, and tries again in ${ms} ms: out of reach`),
    );
  });

  it('wait for the batching window unless they are full before', async () => {
    await start({ batchSize: 3, batchingWindowMs: 5000 });
    stream.put('a');
    await settle();
    await clock.advance(4999);
    stream.put('b');
    await settle();
    expect(batches).toEqual([]);
    await clock.advance(1);
    expect(batches).toEqual([['a', 'b']]);
    for (const id of ['c', 'd', 'e']) stream.put(id);
    await settle();
    expect(batches.at(-1)).toEqual(['c', 'd', 'e']);
  });

  it('of a batching window that the end of the mapping cuts short are not sent, and come after a restart', async () => {
    stream.put('a');
    await start({ batchSize: 3, batchingWindowMs: 5000 });
    await settle();
    await mapping.close();
    expect([batches, await checkpoints.read('m1'), journal.entries]).toEqual([[], '0', []]);
    await start();
    await settle();
    expect(batches).toEqual([['a']]);
  });

  it('hold only records that match a filter; the rest is passed over', async () => {
    for (const id of ['a', 'x', 'b']) stream.put(id);
    await start({ patterns: [compilePattern({ eventID: ['a'] }), compilePattern({ dynamodb: { Keys: { id: { S: ['b'] } } } })] });
    await settle();
    expect(batches).toEqual([['a', 'b']]);
    expect(await checkpoints.read('m1')).toBe('3');
  });

  it('of nothing but filtered records are not sent', async () => {
    stream.put('x');
    await start({ patterns: [compilePattern({ eventID: ['a'] })] });
    await settle();
    expect(batches).toEqual([]);
    expect(await checkpoints.read('m1')).toBe('1');
  });
});

describe('starting position', () => {
  it('LATEST delivers only what is written from then on', async () => {
    stream.put('old');
    await start({ startingPosition: 'LATEST' });
    stream.put('new');
    await settle();
    expect(batches).toEqual([['new']]);
  });

  it('is the checkpoint after a restart, also for what was written in between', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gateway-local-'));
    checkpoints = fileCheckpoints(join(directory, 'checkpoints'));
    await start({ startingPosition: 'LATEST' });
    stream.put('a');
    await until(async () => (await checkpoints.read('m1')) === '1');
    await mapping.close();
    stream.put('b');
    await start({ startingPosition: 'LATEST' });
    await until(async () => (await checkpoints.read('m1')) === '2');
    expect(batches).toEqual([['a'], ['b']]);
    await writeFile(join(directory, 'checkpoints', 'm1.json'), '{"sequence');
    expect(await checkpoints.read('m1')).toBeUndefined();
    await rm(directory, { recursive: true });
  });

  it('is the beginning when the checkpoint is ahead of the stream, whose data was deleted', async () => {
    await checkpoints.write('m1', '900');
    stream.put('a');
    await start({ startingPosition: 'LATEST' });
    await settle();
    expect(batches).toEqual([['a']]);
  });
});

describe('failures', () => {
  it('hold up the stream and are repeated after 1, 2 and 4 seconds', async () => {
    let failures = 3;
    answer = () => (failures-- > 0 ? error : ok);
    stream.put('a');
    await start({ batchSize: 1 });
    stream.put('b');
    await settle();
    expect(batches).toEqual([['a']]);
    await clock.advance(1000);
    await clock.advance(1999);
    expect(batches).toEqual([['a'], ['a']]);
    await clock.advance(1);
    await clock.advance(4000);
    expect(batches).toEqual([['a'], ['a'], ['a'], ['a'], ['b']]);
  });

  it('are given up after MaximumRetryAttempts, and the destination gets their place in the stream', async () => {
    answer = (ids) => (ids.includes('bad') ? error : ok);
    for (const id of ['bad', 'good']) stream.put(id);
    await start({ batchSize: 1, maxRetries: 1, onFailure: 'arn:aws:sqs:us-east-1:000000000000:dead' });
    await settle();
    await clock.advance(1000);
    expect(batches).toEqual([['bad'], ['bad'], ['good']]);
    expect(journal.entries.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringMatching(
        /^event source of fn discards 1 records: .*; their place goes to arn:aws:sqs:us-east-1:000000000000:dead$/,
      ),
      detail: { sequenceNumbers: ['1'] },
    });
    expect(retained).toMatchObject([{ functionName: 'fn', destinationArn: 'arn:aws:sqs:us-east-1:000000000000:dead' }]);
    expect(JSON.parse(retained[0]!.body)).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2023-11-14T22:13:21.123Z',
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/),
        startSequenceNumber: '1',
        endSequenceNumber: '1',
        approximateArrivalOfFirstRecord: '2023-11-14T22:13:20.123Z',
        approximateArrivalOfLastRecord: '2023-11-14T22:13:20.123Z',
        batchSize: 1,
        streamArn,
      },
    });
  });

  it('are bisected down to the record that fails, which does not count as a retry', async () => {
    answer = (ids) => (ids.includes('bad') ? error : ok);
    for (const id of ['a', 'b', 'bad', 'c']) stream.put(id);
    await start({ bisects: true, maxRetries: 0 });
    await settle();
    expect(batches).toEqual([['a', 'b', 'bad', 'c'], ['a', 'b'], ['bad', 'c'], ['bad'], ['c']]);
    expect(await checkpoints.read('m1')).toBe('4');
  });

  it('of single items are repeated from the first failed sequence number', async () => {
    let calls = 0;
    answer = () => {
      calls += 1;
      const failures = [{ itemIdentifier: '3' }, { itemIdentifier: '2' }];
      return calls === 1 ? { statusCode: 200, payload: JSON.stringify({ batchItemFailures: failures }) } : ok;
    };
    for (const id of ['a', 'b', 'c']) stream.put(id);
    await start({ reportsItemFailures: true });
    await settle();
    expect(await checkpoints.read('m1')).toBe('1');
    await clock.advance(1000);
    expect(batches).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
    expect(await checkpoints.read('m1')).toBe('3');
  });

  it.each([
    ['[{ itemIdentifier: "" }]', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['[{ itemIdentifier: null }]', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['[{ foo }]', { batchItemFailures: [{ foo: 'notvalid' }] }],
  ])('with batchItemFailures %s repeat the whole batch', async (_name, payload) => {
    answer = () => (batches.length === 1 ? { statusCode: 200, payload: JSON.stringify(payload) } : ok);
    for (const id of ['a', 'b']) stream.put(id);
    await start({ reportsItemFailures: true });
    await settle();
    await clock.advance(1000);
    expect(batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it.each(['null', '{}', '""', '{"batchItemFailures":null}', '{"batchItemFailures":[]}'])('are none for the answer %s', async (payload) => {
    answer = () => ({ statusCode: 200, payload });
    stream.put('a');
    await start({ reportsItemFailures: true });
    await settle();
    expect(await checkpoints.read('m1')).toBe('1');
  });

  it('end for records older than MaximumRecordAgeInSeconds', async () => {
    answer = () => error;
    stream.put('old', startMs - 59_500);
    stream.put('young', startMs);
    await start({ maxAgeMs: 60_000, maxRetries: 1 });
    await settle();
    await clock.advance(1000);
    expect(batches).toEqual([['old', 'young'], ['young']]);
  });

  it('of throttling are no retries', async () => {
    answer = () => (batches.length < 4 ? { statusCode: 429, payload: '{}', functionError: 'Throttled' } : ok);
    stream.put('a');
    await start({ maxRetries: 0 });
    await settle();
    for (const delayMs of [1000, 2000, 4000]) await clock.advance(delayMs);
    expect(batches).toHaveLength(4);
    expect(await checkpoints.read('m1')).toBe('1');
  });

  it('by size split the batch', async () => {
    answer = (ids) => (ids.length > 1 ? { statusCode: 413, payload: '{}', functionError: 'RequestTooLarge' } : ok);
    for (const id of ['a', 'b']) stream.put(id);
    await start();
    await settle();
    expect(batches).toEqual([['a', 'b'], ['a'], ['b']]);
  });

  it('do not keep a mapping from closing', async () => {
    answer = () => error;
    stream.put('a');
    await start();
    await settle();
    await mapping.close();
    expect(await checkpoints.read('m1')).toBe('0');
  });
});

/** Turns the event loop until something holds that the disk brings about. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
