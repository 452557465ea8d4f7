import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDynamo, type TestDynamo } from '../resources/dynalite.fixture.js';
import type { Dynamo } from '../resources/dynamo.js';
import type { BusResource } from '../service/bus.js';
import { createTableBus } from './table-bus.js';

const resource: BusResource = { kind: 'bus', name: 'FileEvents', transport: 'table', ordered: true };

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo([{ kind: 'table', name: 'FileEvents', partitionKey: 'key', sortKey: 'id', indexes: {} }]);
});
afterAll(() => dynamo.close());

type Put = Pick<Dynamo, 'put' | 'toAttributes'>;

const message = { name: 'uploaded', id: 'm1', key: 'files/ü', publishedAtMs: 1_700_000_000_123, data: { bytes: 3 } };

it('keeps a row for a week, with the name that stream filters go by', async () => {
  await createTableBus({ resource, tableName: 'FileEvents', dynamo: dynamo.sdk.dynamo }).publish(message);
  const { Item } = await dynamo.raw.send(new GetItemCommand({ TableName: 'FileEvents', Key: { key: { S: 'files/ü' }, id: { S: 'm1' } } }));
  expect(Item).toEqual({
    key: { S: 'files/ü' },
    id: { S: 'm1' },
    name: { S: 'uploaded' },
    expiresAtSeconds: { N: '1700604801' },
    message: { S: '{"name":"uploaded","id":"m1","key":"files/ü","publishedAtMs":1700000000123,"data":{"bytes":3}}' },
  });
});

it('the same id again changes nothing and is no error', async () => {
  const bus = createTableBus({ resource, tableName: 'FileEvents', dynamo: dynamo.sdk.dynamo });
  await bus.publish({ ...message, id: 'm2' });
  await bus.publish({ ...message, id: 'm2', data: { bytes: 4 } });
  const { Item } = await dynamo.raw.send(new GetItemCommand({ TableName: 'FileEvents', Key: { key: { S: 'files/ü' }, id: { S: 'm2' } } }));
  expect(Item?.message?.S).toContain('"data":{"bytes":3}');
});

it('a throttled table is SERVICE_UNAVAILABLE, and a table that is not there says so in the log only', async () => {
  const failing = (name: string): Put => ({
    toAttributes: () => ({}),
    put: () => Promise.reject(Object.assign(new Error('no'), { name })),
  });
  const publish = (name: string) =>
    createTableBus({ resource, tableName: 'FileEvents-1', dynamo: async () => failing(name) }).publish(message);
  await expect(publish('ProvisionedThroughputExceededException')).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: '[SERVICE_UNAVAILABLE] message bus FileEvents is busy or out of reach; try again',
  });
  await expect(publish('ResourceNotFoundException')).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  await expect(publish('AccessDeniedException')).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message:
      "dynamodb:PutItem on bus FileEvents (FileEvents-1) was denied: add 'publish' to FileEvents.allow(…) in the service's `uses` and deploy",
  });
});
