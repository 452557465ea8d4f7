import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../parts.js';
import { createTestClock, signal, startFixture, temporaryFolder } from '../fixture.test.support.js';

const TableName = 'events';

const properties = (StreamViewType = 'NEW_AND_OLD_IMAGES', more: object = {}) => ({
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  StreamSpecification: { StreamViewType },
  ...more,
});

async function start(options: Parameters<typeof startFixture>[0] = {}, tableProperties: object = properties()) {
  const fixture = await startFixture(options);
  const { streamArn } = await fixture.endpoint.createTable(tableProperties as Record<string, unknown>, { tableName: TableName });
  const records = () => fixture.endpoint.streams.read(streamArn!, '0', 1000);
  return { ...fixture, streamArn: streamArn!, records };
}

const key = (id: string) => ({ id: { S: id } });
const put = (dynamo: DynamoDBClient, id: string, n = '1') =>
  dynamo.send(new PutItemCommand({ TableName, Item: { ...key(id), n: { N: n } } }));
const brief = (record: StreamRecord) => [
  record.eventName,
  record.dynamodb.Keys.id,
  record.dynamodb.OldImage?.n,
  record.dynamodb.NewImage?.n,
];

describe('DynamoDB streams', () => {
  it('have one record per change, whatever the operation was, in the order of the changes', async () => {
    const { dynamo, records } = await start();
    await put(dynamo, 'a');
    await put(dynamo, 'a', '2');
    await dynamo.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a'),
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    await dynamo.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: { ...key('b'), n: { N: '1' } } } }] } }),
    );
    await dynamo.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Delete: { TableName, Key: key('b') } }, { Put: { TableName, Item: { ...key('c'), n: { N: '9' } } } }],
      }),
    );
    await dynamo.send(new DeleteItemCommand({ TableName, Key: key('a') }));
    expect((await records()).map(brief)).toEqual([
      ['INSERT', { S: 'a' }, undefined, { N: '1' }],
      ['MODIFY', { S: 'a' }, { N: '1' }, { N: '2' }],
      ['MODIFY', { S: 'a' }, { N: '2' }, { N: '3' }],
      ['INSERT', { S: 'b' }, undefined, { N: '1' }],
      ['REMOVE', { S: 'b' }, { N: '1' }, undefined],
      ['INSERT', { S: 'c' }, undefined, { N: '9' }],
      ['REMOVE', { S: 'a' }, { N: '3' }, undefined],
    ]);
  });

  it('have no record for a write that changes nothing or fails', async () => {
    const { dynamo, records } = await start();
    await dynamo.send(new PutItemCommand({ TableName, Item: { ...key('a'), tags: { SS: ['x', 'y'] }, n: { N: '1' } } }));
    await dynamo.send(new PutItemCommand({ TableName, Item: { n: { N: '1.0' }, ...key('a'), tags: { SS: ['y', 'x'] } } }));
    await dynamo.send(new DeleteItemCommand({ TableName, Key: key('none') }));
    await expect(
      dynamo.send(new PutItemCommand({ TableName, Item: key('a'), ConditionExpression: 'attribute_not_exists(id)' })),
    ).rejects.toThrow();
    expect(await records()).toHaveLength(1);
  });

  it('have the shape of a Lambda event', async () => {
    const { dynamo, records, streamArn } = await start();
    await put(dynamo, 'ü', '12');
    const [record] = await records();
    expect(record).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: streamArn,
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { id: { S: 'ü' } },
        NewImage: { id: { S: 'ü' }, n: { N: '12' } },
        SequenceNumber: expect.stringMatching(/^\d{21}$/),
        // Keys: 2 + 2 bytes; the image has the number's name and two bytes more.
        SizeBytes: 11,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(streamArn).toMatch(/^arn:aws:dynamodb:eu-west-1:123456789012:table\/events\/stream\/\d{4}-\d\d-\d\dT[\d:.]+$/);
    expect(Number.isInteger(record!.dynamodb.ApproximateCreationDateTime)).toBe(true);
  });

  it.each([
    ['KEYS_ONLY', false, false],
    ['NEW_IMAGE', true, false],
    ['OLD_IMAGE', false, true],
  ])('hold the images of %s', async (viewType, hasNew, hasOld) => {
    const { dynamo, records } = await start({}, properties(viewType));
    await put(dynamo, 'a', '1');
    await put(dynamo, 'a', '2');
    const [, modified] = await records();
    expect([modified!.dynamodb.NewImage !== undefined, modified!.dynamodb.OldImage !== undefined]).toEqual([hasNew, hasOld]);
  });

  it('are read from a position and wake their readers', async () => {
    const { dynamo, endpoint, streamArn } = await start();
    expect(await endpoint.streams.latest(streamArn)).toBe('0');
    const woken = signal();
    const stop = endpoint.streams.watch(streamArn, woken.reach);
    await put(dynamo, 'a');
    await woken.reached;
    stop();
    const position = await endpoint.streams.latest(streamArn);
    await put(dynamo, 'b');
    await put(dynamo, 'c');
    const [next] = await endpoint.streams.read(streamArn, position, 1);
    expect(next?.dynamodb.Keys).toEqual(key('b'));
    expect(await endpoint.streams.read(streamArn, next!.dynamodb.SequenceNumber, 10)).toHaveLength(1);
    await expect(endpoint.streams.read(`${streamArn}x`, '0', 1)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('never show a record before all earlier ones', async () => {
    const { dynamo, endpoint, streamArn } = await start();
    const writes = Promise.all(Array.from({ length: 200 }, (_, index) => put(dynamo, `w${index}`)));
    const seen: string[] = [];
    let position = '0';
    while (seen.length < 200) {
      const page = await endpoint.streams.read(streamArn, position, 7);
      seen.push(...page.map((record) => record.dynamodb.SequenceNumber));
      position = page.at(-1)?.dynamodb.SequenceNumber ?? position;
    }
    await writes;
    expect(seen).toEqual([...new Set(seen)].sort());
  });

  it('survive a restart with position and ARN, and are trimmed after 24 hours', async () => {
    const dataDir = await temporaryFolder();
    const first = await start({ dataDir });
    await put(first.dynamo, 'a');
    const before = await first.endpoint.streams.latest(first.streamArn);
    await first.endpoint.close();
    const second = await start({ dataDir });
    expect(second.streamArn).toBe(first.streamArn);
    expect((await second.records()).map(brief)).toEqual([['INSERT', { S: 'a' }, undefined, { N: '1' }]]);
    await put(second.dynamo, 'b');
    expect((await second.endpoint.streams.latest(second.streamArn)) > before).toBe(true);
    await second.endpoint.close();

    const clock = createTestClock();
    clock.advance(24 * 60 * 60_000 + 1000);
    const third = await start({ dataDir, clock });
    clock.advance(10_000);
    await third.endpoint.close();
    const fourth = await start({ dataDir });
    expect(await fourth.records()).toEqual([]);
    expect((await fourth.dynamo.send(new GetItemCommand({ TableName, Key: key('a') }))).Item).toBeDefined();
  });

  it('start anew with another view type', async () => {
    const { dynamo, endpoint, streamArn, clock } = await start();
    await put(dynamo, 'a');
    clock.advance(5);
    const { streamArn: changed } = await endpoint.createTable(properties('KEYS_ONLY'), { tableName: TableName });
    expect(changed).not.toBe(streamArn);
    expect(await endpoint.streams.read(changed!, '0', 10)).toEqual([]);
    await put(dynamo, 'b');
    expect((await endpoint.streams.read(changed!, '0', 10)).map((record) => record.dynamodb.StreamViewType)).toEqual(['KEYS_ONLY']);
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ LatestStreamArn: changed, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } });
  });
});

describe('time to live', () => {
  const withTtl = properties('NEW_AND_OLD_IMAGES', { TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } });
  const seconds = (ms: number): string => String(Math.floor(ms / 1000));

  it('deletes what has expired, as the service, and leaves everything else', async () => {
    const { dynamo, endpoint, streamArn, clock, records } = await start({}, withTtl);
    const items = {
      soon: { N: seconds(clock.now() + 60_000) },
      later: { N: seconds(clock.now() + 3_600_000) },
      ancient: { N: '1000' },
      text: { S: '1' },
    };
    for (const [id, expires] of Object.entries(items))
      await dynamo.send(new PutItemCommand({ TableName, Item: { ...key(id), expires } as never }));
    clock.advance(10_000);
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('soon') }))).Item).toBeDefined();
    const woken = signal();
    const stop = endpoint.streams.watch(streamArn, woken.reach);
    await clock.timerSet();
    clock.advance(61_000);
    await woken.reached;
    stop();
    const removed = (await records()).filter((record) => record.eventName === 'REMOVE');
    expect(removed).toHaveLength(1);
    expect(removed[0]).toMatchObject({
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: key('soon') },
    });
    for (const id of ['later', 'ancient', 'text'])
      expect((await dynamo.send(new GetItemCommand({ TableName, Key: key(id) }))).Item).toBeDefined();
    expect((await dynamo.send(new GetItemCommand({ TableName, Key: key('soon') }))).Item).toBeUndefined();
  });

  it('is described and changed by request', async () => {
    const { dynamo } = await start();
    const describeTtl = async () => (await dynamo.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    const update = (Enabled: boolean, AttributeName = 'expires') =>
      dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }));
    expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await expect(update(false)).rejects.toMatchObject({ name: 'ValidationException', message: 'TimeToLive is already disabled' });
    expect((await update(true)).TimeToLiveSpecification).toEqual({ AttributeName: 'expires', Enabled: true });
    expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    await expect(update(true)).rejects.toMatchObject({ message: 'TimeToLive is already enabled' });
    await expect(update(false, 'other')).rejects.toMatchObject({
      message: 'TimeToLive is active on a different AttributeName: current AttributeName is expires',
    });
    await update(false);
    expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await expect(dynamo.send(new DescribeTimeToLiveCommand({ TableName: 'nowhere' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
