import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { createFaultBoard, type FaultBoard } from '../faults/board.js';
import type { Principal } from '../parts.js';
import { createTestClock, environment, onCleanup, operatorKeys, startFixture } from './fixture.test.support.js';

const table = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
};
const put = (id: string, version = '1') => new PutItemCommand({ TableName: 'things', Item: { id: { S: id }, version: { N: version } } });
const get = (id: string) => new GetItemCommand({ TableName: 'things', Key: { id: { S: id } }, ConsistentRead: true });

async function start() {
  const clock = createTestClock();
  const killed: Principal[] = [];
  const board: FaultBoard = createFaultBoard({ clock, report: () => undefined, random: () => 0 });
  const fixture = await startFixture({ clock, callFaults: { board, clock, kill: (caller) => void killed.push(caller) } });
  await fixture.endpoint.createTable(table, { tableName: 'things' });
  const patient = new DynamoDBClient({
    endpoint: fixture.endpoint.url,
    region: environment.region,
    credentials: operatorKeys,
    maxAttempts: 3,
  });
  onCleanup(() => patient.destroy());
  return { ...fixture, board, killed, patient };
}

describe('a call of the AWS endpoint', () => {
  it('is throttled or fails before it is done, by operation, caller and text', async () => {
    const { dynamo, board } = await start();
    board.inject({ at: 'call', operation: 'dynamodb:PutItem', caller: 'user/operator', text: '"a"', effect: 'throttle' });
    board.inject({ at: 'call', operation: 'dynamodb:PutItem', text: '"b"', effect: 'fail' });
    await expect(dynamo.send(put('a'))).rejects.toMatchObject({ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });
    await expect(dynamo.send(put('b'))).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
    await dynamo.send(put('c'));
    expect((await dynamo.send(get('a'))).Item).toBeUndefined();
  });

  it('is done, and its answer lost: an SDK does it again', async () => {
    const { patient, board } = await start();
    const cut = board.inject({ at: 'call', operation: 'dynamodb:PutItem', when: 'after', effect: 'cut', times: 1 });
    const again = new PutItemCommand({ TableName: 'things', Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(id)' });
    await expect(patient.send(again)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(cut.hits).toBe(1);
  });

  it('kills its caller, before it was done or after', async () => {
    const { dynamo, board, killed } = await start();
    board.inject({ at: 'call', operation: 'dynamodb:PutItem', text: '"before"', effect: 'kill' });
    board.inject({ at: 'call', operation: 'dynamodb:PutItem', text: '"after"', when: 'after', effect: 'kill' });
    await expect(dynamo.send(put('before'))).rejects.toThrow();
    await expect(dynamo.send(put('after'))).rejects.toThrow();
    expect(killed.map(({ arn }) => arn)).toEqual(Array(2).fill('arn:aws:iam::123456789012:user/operator'));
    expect((await dynamo.send(get('before'))).Item).toBeUndefined();
    expect((await dynamo.send(get('after'))).Item).toEqual({ id: { S: 'after' }, version: { N: '1' } });
  });

  it('hangs until its caller gives up, and waits by the clock', async () => {
    const { dynamo, board, clock } = await start();
    const hung = board.inject({ at: 'call', effect: 'hang', times: 1 });
    const patience = new AbortController();
    const waiting = expect(dynamo.send(put('a'), { abortSignal: patience.signal })).rejects.toMatchObject({ name: 'AbortError' });
    await hung.reached();
    patience.abort();
    await waiting;
    const late = board.inject({ at: 'call', effect: { delayMs: 3_000 }, times: 1 });
    const done = dynamo.send(put('b'));
    await late.reached();
    clock.advance(3_000);
    await done;
  });
});

describe('a read that is not consistent', () => {
  it('shows a table as it was, and a consistent one as it is', async () => {
    const { dynamo, board, clock } = await start();
    await dynamo.send(put('old'));
    const stale = board.inject({ at: 'read', table: 'thing', effect: { staleMs: 1_000 } });
    await dynamo.send(put('new'));
    await dynamo.send(put('old', '2'));
    const query = (id: string) =>
      new QueryCommand({ TableName: 'things', KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': { S: id } } });
    const scan = async (ConsistentRead = false) =>
      (await dynamo.send(new ScanCommand({ TableName: 'things', ConsistentRead }))).Items?.map(
        ({ id, version }) => `${id?.S} ${version?.N}`,
      ).sort();
    expect(await dynamo.send(query('new'))).toMatchObject({ Items: [], Count: 0 });
    expect((await dynamo.send(query('old'))).Items).toEqual([{ id: { S: 'old' }, version: { N: '1' } }]);
    expect((await dynamo.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: 'new' } } }))).Item).toBeUndefined();
    expect((await dynamo.send(get('new'))).Item).toBeDefined();
    expect([await scan(), await scan(true)]).toEqual([['old 1'], ['new 1', 'old 2']]);
    clock.advance(1_000);
    expect(await scan()).toEqual(['new 1', 'old 2']);
    // Writes and consistent reads are none.
    expect(stale.hits).toBe(5);
    stale.end();
  });
});
