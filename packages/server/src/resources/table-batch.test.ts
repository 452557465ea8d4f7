import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { startDynamo, TEST_CREDENTIALS, type TestDynamo } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';
import { tableClient } from './table-client.fixture.js';

const Lines = table('Lines', {
  item: () => z.object({ order: z.string(), line: z.string(), amount: z.int().optional() }),
  partitionKey: 'order',
  sortKey: 'line',
});
const grant = Lines.allow('batchGet', 'batchWrite');

describe('with DynamoDB', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo([Lines.resource]);
  });
  afterAll(() => dynamo.close());
  const lines = () => tableClient({ grant, tableName: 'Lines', dynamo: dynamo.sdk.dynamo });

  test('writes more than fits in one request, and gets the items that exist in the order of the keys', async () => {
    await lines().batchWrite({ put: Array.from({ length: 60 }, (_, place) => ({ order: 'o', line: String(place), amount: place })) });
    const keys = ['59', '0', 'none', '30', '0'].map((line) => ({ order: 'o', line }));
    expect(await lines().batchGet(keys)).toEqual([
      { order: 'o', line: '59', amount: 59 },
      { order: 'o', line: '0', amount: 0 },
      { order: 'o', line: '30', amount: 30 },
    ]);
  });

  test('deletes and puts together', async () => {
    await lines().batchWrite({ put: [{ order: 'p', line: '1' }] });
    await lines().batchWrite({ put: [{ order: 'p', line: '2' }], delete: [{ order: 'p', line: '1' }] });
    expect(
      await lines().batchGet([
        { order: 'p', line: '1' },
        { order: 'p', line: '2' },
      ]),
    ).toEqual([{ order: 'p', line: '2' }]);
  });

  test('nothing to get or write is no request', async () => {
    expect(await lines().batchGet([])).toEqual([]);
    await lines().batchWrite({});
  });

  test('refuses over 100 keys, two writes of one item, and an item that does not fit', async () => {
    const keys = Array.from({ length: 101 }, (_, place) => ({ order: 'o', line: String(place) }));
    await expect(lines().batchGet(keys)).rejects.toThrow('batchGet got 101 keys, expected at most 100');
    const twice = { put: [{ order: 'q', line: '1' }], delete: [{ order: 'q', line: '1' }] };
    await expect(lines().batchWrite(twice)).rejects.toThrow('two writes of the item ["q","1"]');
    await expect(lines().batchWrite({ put: [{ order: 'q', line: '1', amount: 'many' }] })).rejects.toMatchObject({
      message: expect.stringContaining('written in table Lines does not fit its schema: amount:'),
    });
    expect(await lines().batchGet([{ order: 'q', line: '1' }])).toEqual([]);
  });
});

describe('when DynamoDB leaves something over', () => {
  const open: { sdk: Sdk; recorder: HttpRecorder }[] = [];
  afterEach(async () => {
    for (const { sdk, recorder } of open.splice(0)) {
      await sdk.close();
      await recorder.close();
    }
  });

  async function busy(answer: (body: Record<string, never>, at: number) => object) {
    const recorder = await startRecorder((request) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(answer(bodyOf(request), recorder.requests.length)),
    }));
    const sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
    open.push({ sdk, recorder });
    const pausesMs: number[] = [];
    return { recorder, pausesMs, lines: tableClient({ grant, tableName: 'Lines', dynamo: sdk.dynamo }, pausesMs) };
  }
  const bodyOf = ({ body }: RecordedRequest) => JSON.parse(body.toString()) as Record<string, never>;
  const key = (line: string) => ({ order: { S: 'o' }, line: { S: line } });

  test('asks again for the keys that are left, after a pause that grows while none is served', async () => {
    const { lines, recorder, pausesMs } = await busy((_, at) => {
      if (at === 1) return { Responses: { Lines: [key('1')] }, UnprocessedKeys: { Lines: { Keys: [key('2')] } } };
      if (at <= 3) return { Responses: {}, UnprocessedKeys: { Lines: { Keys: [key('2')] } } };
      return { Responses: { Lines: [key('2')] }, UnprocessedKeys: {} };
    });
    const keys = ['1', '2'].map((line) => ({ order: 'o', line }));
    expect(await lines.batchGet(keys)).toEqual(keys);
    expect(recorder.requests.map(bodyOf)).toEqual([
      { RequestItems: { Lines: { Keys: [key('1'), key('2')], ConsistentRead: true } } },
      { RequestItems: { Lines: { Keys: [key('2')], ConsistentRead: true } } },
      { RequestItems: { Lines: { Keys: [key('2')], ConsistentRead: true } } },
      { RequestItems: { Lines: { Keys: [key('2')], ConsistentRead: true } } },
    ]);
    // Half of 100 and 200 ms: the fixture's random is 1/2.
    expect(pausesMs).toEqual([50, 50, 100]);
  });

  test('repeats writes that are left, with longer pauses, and ends in SERVICE_UNAVAILABLE when some never go through', async () => {
    const { lines, recorder, pausesMs } = await busy((body) => ({ UnprocessedItems: body.RequestItems }));
    await expect(lines.batchWrite({ put: [{ order: 'o', line: '1' }] })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(8);
    expect(pausesMs).toEqual([50, 100, 200, 400, 500, 500, 500]);
  });

  test('puts what is left behind what was not sent yet', async () => {
    const { lines, recorder } = await busy((body, at) => {
      const { Lines: sent } = body.RequestItems as unknown as { Lines: object[] };
      return { UnprocessedItems: at === 1 ? { Lines: sent.slice(0, 5) } : {} };
    });
    await lines.batchWrite({ put: Array.from({ length: 30 }, (_, place) => ({ order: 'o', line: String(place) })) });
    const sizes = recorder.requests.map((request) => (bodyOf(request).RequestItems as unknown as { Lines: object[] }).Lines.length);
    expect(sizes).toEqual([25, 10]);
  });
});
