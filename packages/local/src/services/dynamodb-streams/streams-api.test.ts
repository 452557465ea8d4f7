import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { environment, onCleanup, operatorKeys, startFixture } from '../fixture.test.support.js';

const TableName = 'events';
const properties = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
};

async function start(options: Parameters<typeof startFixture>[0] = {}) {
  const fixture = await startFixture(options);
  const { streamArn: StreamArn } = await fixture.endpoint.createTable(properties, { tableName: TableName });
  const streams = new DynamoDBStreamsClient({
    endpoint: fixture.endpoint.url,
    region: environment.region,
    credentials: operatorKeys,
    maxAttempts: 1,
  });
  onCleanup(() => streams.destroy());
  const shard = async () => (await streams.send(new DescribeStreamCommand({ StreamArn }))).StreamDescription?.Shards?.[0];
  const iterator = async (input: Omit<GetShardIteratorCommandInput, 'StreamArn' | 'ShardId'>) => {
    const ShardId = (await shard())?.ShardId;
    return (await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ...input }))).ShardIterator;
  };
  const read = (ShardIterator: string | undefined, Limit?: number) => streams.send(new GetRecordsCommand({ ShardIterator, Limit }));
  return { ...fixture, streams, StreamArn: StreamArn!, shard, iterator, read };
}

const put = (dynamo: DynamoDBClient, id: string) =>
  dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: id }, text: { S: 'ü' } } }));

describe('the API of DynamoDB streams', () => {
  it('lists and describes the stream of a table', async () => {
    const { streams, StreamArn, shard } = await start();
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
    expect(Streams).toEqual([{ StreamArn, TableName, StreamLabel: StreamArn.split('/stream/')[1] }]);
    expect((await streams.send(new ListStreamsCommand({ TableName: 'other' }))).Streams).toEqual([]);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription).toMatchObject({ StreamStatus: 'ENABLED', StreamViewType: 'NEW_IMAGE', KeySchema: properties.KeySchema });
    expect(StreamDescription?.CreationRequestDateTime).toBeInstanceOf(Date);
    expect((await shard())?.ShardId).toMatch(/^shardId-\d{20}-[0-9a-f]{8}$/);
  });

  it('reads on from iterator to iterator, from the beginning or the end', async () => {
    const { dynamo, iterator, read } = await start();
    await put(dynamo, 'a');
    const latest = await iterator({ ShardIteratorType: 'LATEST' });
    await put(dynamo, 'b');
    await put(dynamo, 'c');
    const first = await read(await iterator({ ShardIteratorType: 'TRIM_HORIZON' }), 2);
    expect(first.Records).toMatchObject([
      {
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-west-1',
        dynamodb: { Keys: { id: { S: 'a' } }, NewImage: { id: { S: 'a' }, text: { S: 'ü' } }, StreamViewType: 'NEW_IMAGE' },
      },
      { dynamodb: { Keys: { id: { S: 'b' } } } },
    ]);
    expect(first.Records?.[0]?.dynamodb?.ApproximateCreationDateTime).toBeInstanceOf(Date);
    const second = await read(first.NextShardIterator);
    expect(second.Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S)).toEqual(['c']);
    const end = await read(second.NextShardIterator);
    expect([end.Records, end.NextShardIterator === undefined]).toEqual([[], false]);
    expect((await read(latest)).Records).toHaveLength(2);
  });

  it('starts at or after a sequence number', async () => {
    const { dynamo, iterator, read } = await start();
    for (const id of ['a', 'b', 'c']) await put(dynamo, id);
    const all = (await read(await iterator({ ShardIteratorType: 'TRIM_HORIZON' }))).Records!;
    const SequenceNumber = all[1]!.dynamodb!.SequenceNumber;
    const ids = async (ShardIteratorType: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER') =>
      (await read(await iterator({ ShardIteratorType, SequenceNumber }))).Records?.map(({ dynamodb }) => dynamodb?.Keys?.id?.S);
    expect(await ids('AT_SEQUENCE_NUMBER')).toEqual(['b', 'c']);
    expect(await ids('AFTER_SEQUENCE_NUMBER')).toEqual(['c']);
    const trimmed = iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: '100000000000000000000' });
    await expect(trimmed).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
  });

  it('refuses what is not there, and iterators that are none or too old', async () => {
    const { streams, StreamArn, iterator, read, clock } = await start();
    const missing = streams.send(new DescribeStreamCommand({ StreamArn: `${StreamArn}1` }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(read('nonsense')).rejects.toMatchObject({ name: 'ValidationException' });
    const old = await iterator({ ShardIteratorType: 'LATEST' });
    clock.advance(14 * 60_000);
    await read(old);
    clock.advance(61_000);
    streams.config.systemClockOffset = 15 * 60_000 + 1000;
    await expect(read(old)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });

  it('asks for the right of every operation', async () => {
    const asked: string[] = [];
    const { StreamArn, iterator, read, streams } = await start({
      authorize: ({ action, resource }) => {
        asked.push(`${action} ${resource}`);
        return { allowed: action !== 'dynamodb:GetRecords' };
      },
    });
    await streams.send(new ListStreamsCommand({}));
    await expect(read(await iterator({ ShardIteratorType: 'LATEST' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(asked).toEqual([
      'dynamodb:ListStreams *',
      `dynamodb:DescribeStream ${StreamArn}`,
      `dynamodb:GetShardIterator ${StreamArn}`,
      `dynamodb:GetRecords ${StreamArn}`,
    ]);
  });
});
