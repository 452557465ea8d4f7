/** Transactions on the wire: what is sent, and what each of DynamoDB's answers means. */

import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { table } from '../service/table.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { type HttpRecorder, type RecordedAnswer, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';
import { tableClient } from './table-client.fixture.js';

const Orders = table('Orders', { item: () => z.object({ id: z.string(), total: z.int() }), partitionKey: 'id' });
const Stock = table('Stock', { item: () => z.object({ part: z.string(), left: z.int() }), partitionKey: 'part' });
const Archive = table('Archive', { item: () => z.object({ id: z.string() }), partitionKey: 'id', account: 'analytics' });

const open: { sdk: Sdk; recorder: HttpRecorder }[] = [];
afterEach(async () => {
  for (const { sdk, recorder } of open.splice(0)) {
    await sdk.close();
    await recorder.close();
  }
});

async function shop(...answers: readonly RecordedAnswer[]) {
  const recorder = await startRecorder(
    () => answers[Math.min(recorder.requests.length, answers.length) - 1] ?? { status: 200, body: '{}' },
  );
  const sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
  open.push({ sdk, recorder });
  const pausesMs: number[] = [];
  const operations = ['putStep', 'updateStep', 'deleteStep', 'checkStep', 'transact'] as const;
  return {
    recorder,
    pausesMs,
    orders: tableClient({ grant: Orders.allow(...operations), tableName: 'orders-1', dynamo: sdk.dynamo }, pausesMs),
    stock: tableClient({ grant: Stock.allow(...operations), tableName: 'stock-1', dynamo: sdk.dynamo }),
    archive: tableClient({ grant: Archive.allow(...operations), tableName: 'archive-1', dynamo: sdk.dynamo }),
  };
}

const refused = (type: string, more: object = {}): RecordedAnswer => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no', ...more }),
});
const cancelled = (...codes: readonly string[]) =>
  refused('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

const sent = ({ requests }: HttpRecorder) => requests.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);

describe('transact', () => {
  test('an update of a value that does not fit the schema is refused before anything is sent', async () => {
    const { stock, recorder } = await shop();
    const steps = [stock.updateStep({ part: 'p1' }, { set: { left: 1.5 } })];
    await expect(stock.transact(steps)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining('item {"part":"p1"} written in table Stock does not fit its schema: left:'),
    });
    expect(recorder.requests).toEqual([]);
  });

  test('sends steps of several tables in order, with their conditions and one token', async () => {
    const { orders, stock, recorder } = await shop();
    const steps = [
      orders.putStep({ id: 'o1', total: 3 }, { if: 'absent' }),
      stock.updateStep({ part: 'p1' }, { add: { left: -3 } }, { if: { left: 7 } }),
      orders.deleteStep({ id: 'o0' }),
      stock.checkStep({ part: 'p2' }, { if: 'present' }),
    ];
    expect(await orders.transact(steps)).toBe(true);
    expect(sent(recorder)).toEqual([
      {
        ClientRequestToken: 'id-1',
        TransactItems: [
          {
            Put: {
              TableName: 'orders-1',
              Item: { id: { S: 'o1' }, total: { N: '3' } },
              ConditionExpression: 'attribute_not_exists(#k)',
              ExpressionAttributeNames: { '#k': 'id' },
            },
          },
          {
            Update: {
              TableName: 'stock-1',
              Key: { part: { S: 'p1' } },
              UpdateExpression: 'ADD #u0 :u0',
              ConditionExpression: '#c0 = :c0',
              ExpressionAttributeNames: { '#u0': 'left', '#c0': 'left' },
              ExpressionAttributeValues: { ':u0': { N: '-3' }, ':c0': { N: '7' } },
            },
          },
          { Delete: { TableName: 'orders-1', Key: { id: { S: 'o0' } } } },
          {
            ConditionCheck: {
              TableName: 'stock-1',
              Key: { part: { S: 'p2' } },
              ConditionExpression: 'attribute_exists(#k)',
              ExpressionAttributeNames: { '#k': 'part' },
            },
          },
        ],
      },
    ]);
  });

  test('is false when a condition did not hold', async () => {
    const { orders, stock, recorder } = await shop(cancelled('None', 'ConditionalCheckFailed'));
    const steps = [orders.putStep({ id: 'o1', total: 3 }), stock.checkStep({ part: 'p1' }, { if: 'present' })];
    expect(await orders.transact(steps)).toBe(false);
    expect(recorder.requests).toHaveLength(1);
  });

  test('repeats one that met another, under the same token, until it is decided', async () => {
    const { orders, recorder, pausesMs } = await shop(
      cancelled('TransactionConflict'),
      refused('TransactionInProgressException'),
      cancelled('ThrottlingError'),
      cancelled('TransactionConflict', 'ConditionalCheckFailed'),
      { status: 200, body: '{}' },
    );
    expect(await orders.transact([orders.deleteStep({ id: 'o1' })])).toBe(true);
    expect(new Set(sent(recorder).map(({ ClientRequestToken }) => ClientRequestToken))).toEqual(new Set(['id-1']));
    expect(recorder.requests).toHaveLength(5);
    // The SDK itself repeats TransactionInProgressException.
    expect(pausesMs).toEqual([50, 100, 200]);
  });

  test('is SERVICE_UNAVAILABLE when it kept meeting others', async () => {
    const { orders, recorder } = await shop(cancelled('TransactionConflict'));
    await expect(orders.transact([orders.deleteStep({ id: 'o1' })])).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { name: 'TransactionCanceledException' },
    });
    expect(recorder.requests).toHaveLength(8);
  });

  test.each([
    ['a step that DynamoDB refuses', cancelled('ConditionalCheckFailed', 'ValidationError')],
    ['a cancellation without reasons', refused('TransactionCanceledException')],
    ['a table that does not exist', refused('ResourceNotFoundException')],
  ])('%s is INTERNAL_SERVER_ERROR', async (_, answer) => {
    const { orders } = await shop(answer);
    await expect(orders.transact([orders.deleteStep({ id: 'o1' })])).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('a denial names the step that is not allowed and where to add it', async () => {
    const text =
      'User: arn:aws:sts::111111111111:assumed-role/r/s is not authorized to perform: dynamodb:ConditionCheckItem on resource: arn:aws:dynamodb:eu-west-1:111111111111:table/stock-1';
    const { orders, stock } = await shop(refused('AccessDeniedException', { message: text }));
    const steps = [orders.deleteStep({ id: 'o1' }), stock.deleteStep({ part: 'p1' }), stock.checkStep({ part: 'p2' }, { if: 'present' })];
    await expect(orders.transact(steps)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        "dynamodb:ConditionCheckItem on table Stock (stock-1) was denied: add 'checkStep' to Stock.allow(…) in the service's `uses` and deploy",
    });
  });

  test('does not send an item that does not fit its schema', async () => {
    const { orders, recorder } = await shop();
    await expect(orders.transact([orders.putStep({ id: 'o1', total: 'much' })])).rejects.toMatchObject({
      message: expect.stringContaining('item {"id":"o1"} written in table Orders does not fit its schema: total:'),
    });
    expect(recorder.requests).toEqual([]);
  });

  test('refuses tables of different accounts, over 100 steps, key attributes and checks without a condition', async () => {
    const { orders, archive, recorder } = await shop();
    const step = orders.deleteStep({ id: 'o1' });
    await expect(orders.transact([step, archive.deleteStep({ id: 'o1' })])).rejects.toThrow(
      "got a step of table Archive in account analytics, expected tables of account the gateway's own only",
    );
    await expect(orders.transact(Array.from({ length: 101 }, () => step))).rejects.toThrow('got 101 steps, expected at most 100');
    expect(() => orders.updateStep({ id: 'o1' }, { set: { id: 'o2' } })).toThrow('an update of the key attribute "id"');
    await expect(orders.transact([orders.checkStep({ id: 'o1' }, { if: {} })])).rejects.toThrow('checkStep got no condition');
    expect(recorder.requests).toEqual([]);
  });

  test('of no steps is done', async () => {
    const { orders, recorder } = await shop();
    expect(await orders.transact([])).toBe(true);
    expect(recorder.requests).toEqual([]);
  });
});
