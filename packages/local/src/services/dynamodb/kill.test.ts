/** What was acknowledged is there after a kill, with its stream record and index entry; what was not is there as a whole or not at all. */
import { once } from 'node:events';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  paginateScan,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { environment, onCleanup, operatorKeys, startFixture, temporaryFolder } from '../fixture.test.support.js';
import { startChild } from '../kill.test.support.js';

const TableName = 'writes';

describe('a kill', () => {
  it('loses no acknowledged write, no record of one, and tears no transaction or object apart', async () => {
    const dataDir = await temporaryFolder();
    const entry = new URL('./kill-child.test.support.ts', import.meta.url);
    const started = await startChild<{ readonly url: string; readonly table: Record<string, unknown> }>(entry, dataDir);
    const {
      child,
      message: { url, table },
    } = started;
    const configuration = { endpoint: url, region: environment.region, credentials: operatorKeys, maxAttempts: 1 };
    const dynamo = new DynamoDBClient(configuration);
    const s3 = new S3Client(configuration);
    onCleanup(() => {
      dynamo.destroy();
      s3.destroy();
    });
    const acknowledged = { items: [] as string[], pairs: [] as string[], objects: [] as string[] };
    let alive = true;
    const exited = once(child, 'exit').then(() => {
      alive = false;
    });
    const item = (id: string) => ({ id: { S: id }, owner: { S: 'me' }, text: { S: id.repeat(20) } });
    const writer = async (lane: number): Promise<void> => {
      for (let n = 0; alive; n++) {
        const id = `${lane}-${n}`;
        await dynamo.send(new PutItemCommand({ TableName, Item: item(id) }));
        acknowledged.items.push(id);
        const pair = { TransactItems: ['left', 'right'].map((side) => ({ Put: { TableName, Item: item(`${side}-${id}`) } })) };
        await dynamo.send(new TransactWriteItemsCommand(pair));
        acknowledged.pairs.push(id);
        await s3.send(new PutObjectCommand({ Bucket: 'writes', Key: id, Body: id.repeat(1000) }));
        acknowledged.objects.push(id);
        if (acknowledged.pairs.length >= 120) child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 8 }, (_, lane) => writer(lane)));
    await exited;
    expect(acknowledged.pairs.length).toBeGreaterThanOrEqual(120);

    const { endpoint, dynamo: after, s3: objects } = await startFixture({ dataDir });
    const { streamArn } = await endpoint.createTable(table, { tableName: TableName });
    const present = new Set<string>();
    for await (const page of paginateScan({ client: after }, { TableName })) for (const each of page.Items ?? []) present.add(each.id!.S!);
    const indexed = new Set<string>();
    const query = {
      TableName,
      IndexName: 'by-owner',
      KeyConditionExpression: '#o = :me',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':me': { S: 'me' } },
    };
    for await (const page of paginateQuery({ client: after }, query)) for (const each of page.Items ?? []) indexed.add(each.id!.S!);
    const records = await endpoint.streams.read(streamArn!, '0', 100_000);
    const recorded = records.map((record) => (record.dynamodb.Keys.id as { readonly S: string }).S);

    for (const id of [...acknowledged.items, ...acknowledged.pairs.flatMap((each) => [`left-${each}`, `right-${each}`])])
      expect(present).toContain(id);
    expect(indexed).toEqual(present);
    expect(new Set(recorded)).toEqual(present);
    expect(recorded).toHaveLength(present.size);
    for (const id of present) if (id.startsWith('left-')) expect(present).toContain(id.replace('left-', 'right-'));
    for (const id of acknowledged.objects) {
      const got = await objects.send(new GetObjectCommand({ Bucket: 'writes', Key: id }));
      expect(await got.Body!.transformToString()).toBe(id.repeat(1000));
    }
    expect((await objects.send(new HeadObjectCommand({ Bucket: 'writes', Key: acknowledged.objects[0]! }))).ETag).toMatch(
      /^"[0-9a-f]{32}"$/,
    );
    expect((await after.send(new GetItemCommand({ TableName, Key: { id: { S: acknowledged.items[0]! } } }))).Item?.text).toEqual({
      S: acknowledged.items[0]!.repeat(20),
    });
  });
});
