/** Subscriptions of our own client, frame by frame and by hand: PROTOCOL.md section 3.6. */

import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createGatewayClient } from '@org/gateway-client';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { freshName } from './names.js';
import { type Frame, type RawSocket, rawSocket } from './raw-socket.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, operator, awsUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

const open: RawSocket[] = [];
const connect = async () => {
  const socket = await rawSocket(`${socketUrl}?gw=2`);
  open.push(socket);
  return socket;
};

/** `[OFFSET,DATA]` */
type Item = readonly [number, { readonly change: string; readonly document: { readonly title: string } }];

interface Started {
  readonly type: 'started';
  readonly id: string;
  readonly gw: { readonly t: string; readonly h: string; readonly x: readonly Item[]; readonly reset?: string };
}

interface Synced {
  readonly n: number;
  readonly s: readonly (readonly unknown[])[];
  readonly exp: number;
}

const subscription = (id: number | string, folder: string, lastEventId?: string) => ({
  id,
  svc: 'documents',
  method: 'subscription',
  gw: 2,
  params: { path: 'documents.changes', input: { folder }, ...(lastEventId === undefined ? {} : { lastEventId }) },
});
const answerTo = (socket: RawSocket, id: unknown) => socket.next((frame) => 'id' in frame && frame.id === id);
const follow = async (socket: RawSocket, id: number | string, folder: string, lastEventId?: string): Promise<Started> => {
  socket.send(subscription(id, folder, lastEventId));
  return (await answerTo(socket, id)).result as Started;
};
const sync = async (socket: RawSocket, n: number, c: readonly (readonly [number | string, string])[]): Promise<Synced> => {
  socket.send({ id: null, method: 'gw.sync', svc: 'gw', params: { n, c } });
  return (await socket.next(({ method, params }) => method === 'gw.sync' && (params as Synced).n === n)).params as Synced;
};
const pushed = (socket: RawSocket, topic: string, offset: number) =>
  socket.next((frame) => itemsOf(frame, topic).some(([at]) => at === offset));
const itemsOf = ({ method, params }: Frame, topic: string): readonly Item[] =>
  method === 'gw.ev' && (params as { t: string }).t === topic ? (params as { x: readonly Item[] }).x : [];
const save = async (folder: string, ...titles: readonly string[]) => {
  for (const title of titles) await gateway.documents.save.mutate({ folder, title, body: 'b' });
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()));
});

describe('a subscription of our own client', () => {
  it('P3.16 starts at once after the newest event, and P3.17 is pushed what comes', async () => {
    const folder = freshName('folder');
    const socket = await connect();
    const { id, gw } = await follow(socket, 1, folder);
    expect(gw).toEqual({ t: `documents.changes/${folder}`, h: expect.stringMatching(/^[a-z0-9]{32}\.0$/), x: [] });
    expect(id).toBe(gw.h);
    await save(folder, 'one', 'two');
    await pushed(socket, gw.t, 2);
    const items = socket.frames.flatMap((frame) => itemsOf(frame, gw.t));
    expect(items.map(([offset, { document }]) => [offset, document.title])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(socket.frames.filter((frame) => frame.id !== null)).toHaveLength(1);
  });

  it('P3.16 starts with what was missed after its position', async () => {
    const folder = freshName('folder');
    const first = await connect();
    const { id } = await follow(first, 1, folder);
    await first.close();
    await save(folder, 'one', 'two', 'three');
    const socket = await connect();
    const started = await follow(socket, 'again', folder, id.replace(/0$/, '1'));
    expect(started.gw.x.map(([offset, { document }]) => [offset, document.title])).toEqual([
      [2, 'two'],
      [3, 'three'],
    ]);
    expect(started.gw.h).toBe(id.replace(/0$/, '3'));
  });

  it('P3.19 tells a client what it missed, P3.20 by the ids of its subscriptions only', async () => {
    const folder = freshName('folder');
    const socket = await connect();
    const { id, gw } = await follow(socket, 1, folder);
    await save(folder, 'one', 'two');
    await pushed(socket, gw.t, 2);
    const newest = id.replace(/0$/, '2');
    const synced = await sync(socket, 7, [
      [1, id],
      ['1', id],
      ['constructor', id],
    ]);
    expect(synced).toEqual({
      n: 7,
      s: [
        ['1', null],
        ['constructor', null],
        [1, newest, expect.anything()],
      ],
      exp: expect.any(Number),
    });
    const [, , [, , missed]] = synced.s as [unknown, unknown, [number, string, readonly Item[]]];
    expect(missed.map(([offset, { document }]) => [offset, document.title])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect((await sync(socket, 8, [[1, newest]])).s).toEqual([]);
    // P3.21: a fresh connection has about two hours.
    expect(synced.exp).toBeGreaterThan(7_000_000);
    expect(synced.exp).toBeLessThanOrEqual(7_200_000);
  });

  it('P3.20 cannot read a topic that somebody else follows', async () => {
    const folder = freshName('folder');
    const [mine, theirs] = [await connect(), await connect()];
    const { id, gw } = await follow(theirs, 1, folder);
    await save(folder, 'secret');
    await pushed(theirs, gw.t, 1);
    expect((await sync(mine, 1, [[1, id]])).s).toEqual([[1, null]]);
    expect(mine.frames).toHaveLength(1);
  });

  it.each([
    ['another epoch', (id: string) => `x${id.slice(1)}`, 'epoch'],
    ['an event that is not there', (id: string) => id.replace(/0$/, '999'), 'ahead'],
  ])('P3.18 resets a position of %s', async (_, forge, reason) => {
    const folder = freshName('folder');
    const socket = await connect();
    const { id } = await follow(socket, 1, folder);
    const { gw, id: position } = await follow(socket, 2, folder, forge(id));
    expect([gw, position]).toEqual([{ t: gw.t, h: id, x: [], reset: reason }, id]);
    expect((await sync(socket, 1, [[1, forge(id)]])).s).toEqual([[1, id, [], reason]]);
  });

  it('P3.16 a stop is answered by the service, frees the id, and ends what is pushed', async () => {
    const folder = freshName('folder');
    const [socket, witness] = [await connect(), await connect()];
    const { id, gw } = await follow(socket, 1, folder);
    await follow(witness, 1, folder);
    socket.send({ id: 1, svc: 'documents', method: 'subscription.stop' });
    expect(await socket.next(({ result }) => (result as { type?: string } | undefined)?.type === 'stopped')).toMatchObject({ id: 1 });
    await save(folder, 'after the end');
    await pushed(witness, gw.t, 1);
    expect((await sync(socket, 1, [[1, id]])).s).toEqual([[1, null]]);
    expect((await follow(socket, 2, folder)).gw.h).toBe(id.replace(/0$/, '1'));
    await save(folder, 'next');
    await pushed(socket, gw.t, 2);
    expect(socket.frames.flatMap((frame) => itemsOf(frame, gw.t)).map(([offset]) => offset)).toEqual([2]);
  });

  it('P3.17 gets one frame for all subscriptions of the connection to a topic, beside stock ones', async () => {
    const folder = freshName('folder');
    const socket = await connect();
    const { gw } = await follow(socket, 1, folder);
    await follow(socket, 2, folder);
    const { gw: _, ...stock } = subscription(3, folder);
    socket.send(stock);
    await answerTo(socket, 3);
    await save(folder, 'one');
    await pushed(socket, gw.t, 1);
    await save(folder, 'two');
    await socket.next((frame) => frame.id === 3 && JSON.stringify(frame).includes('"two"'));
    await pushed(socket, gw.t, 2);
    expect(socket.frames.filter((frame) => itemsOf(frame, gw.t).some(([offset]) => offset === 1))).toHaveLength(1);
  });
});

describe.runIf(operator && awsUrl)('a topic with more than one shard', () => {
  it('P3.17 is pushed to by the workers, each its part of the connections', async () => {
    if (!operator || !awsUrl) return;
    const folder = freshName('folder');
    const topic = `documents.changes/${folder}`;
    const dynamo = new DynamoDBClient({ endpoint: awsUrl, region: 'eu-west-1', credentials: operator });
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
    const TableName = TableNames.find((name) => name.includes('Connections'));
    await dynamo.send(new PutItemCommand({ TableName, Item: { pk: { S: `G#${topic}` }, sk: { S: 'N' }, shards: { N: '4' } } }));
    dynamo.destroy();
    const sockets = await Promise.all([1, 2, 3, 4, 5, 6].map(connect));
    for (const socket of sockets) await follow(socket, 1, folder);
    await save(folder, 'one', 'two');
    await Promise.all(sockets.flatMap((socket) => [pushed(socket, topic, 1), pushed(socket, topic, 2)]));
  });
});
