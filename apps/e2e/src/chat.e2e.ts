/** Rooms, presence and direct messages between clients of ours, on a stage whose time and `$disconnect` are in our hands. */

import { createGatewayClient, type GatewayClient, type GatewayClientOptions } from '@org/gateway-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from './eventually.js';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { createShiftedClock } from './shifted-clock.js';
import { signedInAt, type TestUser } from './sign-in.js';

const OVER = { over: 'socket' } as const;

let own: OwnStage;
let clients: GatewayClient[];
beforeAll(async () => {
  own = await startOwnStage();
});
afterAll(() => own.close());
afterEach(() => {
  for (const client of clients.splice(0)) client.$close();
});
clients = [];

function newClient(user: TestUser, options: Partial<GatewayClientOptions> = {}): GatewayClient {
  const client = createGatewayClient({
    url: own.stage.restUrl ?? '',
    ...socketOf(own),
    ...signedInAt(own.stage, user),
    maxRetryDelayMs: 200,
    ...options,
  });
  clients.push(client);
  return client;
}

/** A WebSocket class that hears when a sync is answered. */
function listeningSocket() {
  const waiting = new Set<() => void>();
  class ListeningSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', (data) => {
        if (String(data).includes('"gw.sync"')) for (const resolve of waiting) resolve();
      });
    }
  }
  return { WebSocket: ListeningSocket, synced: () => new Promise<void>((resolve) => waiting.add(resolve)) };
}

const socketOf = ({ stage: { socketUrl } }: OwnStage) => (socketUrl === undefined ? {} : { socketUrl });
const join = (client: GatewayClient, room: string, name: string) => client.chat.join.mutate({ room, name }, OVER);
const comings = (client: GatewayClient, room: string) => follow((options) => client.chat.presence.subscribe({ room }, options));
const names = async (room: string) => (await own.gateway.chat.who.query({ room })).members.map(({ name }) => name).sort();

describe('rooms', () => {
  it('who comes and goes is announced once each, and what is said arrives in order', async () => {
    const room = freshName('room');
    const [ann, bob] = [newClient('ada'), newClient('grace')];
    const seen = await comings(ann, room);
    const heard = await follow((options) => bob.chat.messages.subscribe({ room }, options));
    await join(ann, room, 'Ann');
    await join(bob, room, 'Bob');
    await join(bob, room, 'Bob');
    expect(await names(room)).toEqual(['Ann', 'Bob']);
    for (const text of ['one', 'two', 'three']) await ann.chat.send.mutate({ room, text }, OVER);
    await heard.until(({ text }) => text === 'three');
    expect(heard.events.map(({ name, text }) => [name, text])).toEqual([
      ['Ann', 'one'],
      ['Ann', 'two'],
      ['Ann', 'three'],
    ]);
    const { state, position } = await own.gateway.chat.history.query({ room });
    expect(state.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(position).toBe(state.at(-1)?.id);

    await bob.chat.leave.mutate({ room }, OVER);
    await seen.until(({ kind }) => kind === 'left');
    expect(seen.events.map(({ kind, data }) => [kind, data.name])).toEqual([
      ['joined', 'Ann'],
      ['joined', 'Bob'],
      ['left', 'Bob'],
    ]);
    expect(await names(room)).toEqual(['Ann']);
  });

  it('whoever is not signed in looks on, and says nothing', async () => {
    const room = freshName('room');
    const onlooker = createGatewayClient({ url: own.stage.restUrl ?? '', ...socketOf(own), maxRetryDelayMs: 200 });
    clients.push(onlooker);
    const heard = await follow((options) => onlooker.chat.messages.subscribe({ room }, options));
    const ann = newClient('ada');
    await join(ann, room, 'Ann');
    await ann.chat.send.mutate({ room, text: 'Anybody?' }, OVER);
    await heard.until(({ text }) => text === 'Anybody?');
    await expect(join(onlooker, room, 'Eve')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(onlooker.chat.send.mutate({ room, text: 'Me!' }, OVER)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(follow((options) => onlooker.chat.inbox.subscribe(undefined, options))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('whoever is not in the room says nothing there', async () => {
    const room = freshName('room');
    await expect(newClient('ada').chat.send.mutate({ room, text: 'Hello?' }, OVER)).rejects.toMatchObject({
      error: 'FORBIDDEN',
      data: { room },
    });
  });

  it('whoever closes its connection has left, with the last one of several', async () => {
    const room = freshName('room');
    const seen = await comings(newClient('ada'), room);
    const [first, second] = [newClient('grace'), newClient('grace')];
    await join(first, room, 'Bob');
    await join(second, room, 'Bob');
    first.$close();
    await eventually(async () => ((await own.gateway.chat.who.query({ room })).members.length === 1 ? true : undefined));
    second.$close();
    await seen.until(({ kind }) => kind === 'left');
    expect(seen.events.map(({ kind }) => kind)).toEqual(['joined', 'left']);
  });

  it('whoever crashes and is not missed by $disconnect is gone when its lease is over, and others stay', async () => {
    const room = freshName('room');
    const clock = createShiftedClock();
    const { WebSocket, synced } = listeningSocket();
    const ann = newClient('ada', { clock, WebSocket });
    const bob = newClient('grace');
    const seen = await comings(ann, room);
    await join(ann, room, 'Ann');
    await join(bob, room, 'Bob');
    const lost = own.stage.inject({ at: 'disconnect', effect: 'lose' });
    bob.$close();
    await lost.reached();
    expect(await names(room)).toEqual(['Ann', 'Bob']);
    await seen.until(({ data }) => data.name === 'Bob');
    const sync = async () => {
      const answered = synced();
      clock.skip(31_000);
      await answered;
    };
    // Time that passes would end calls under way.
    const runs = () => own.journal.filter(({ message }) => message.includes('platform.report')).length;
    const before = runs();
    own.skip(200_000);
    await sync();
    // The socket function, and the chat function that it tells.
    await eventually(() => (runs() >= before + 2 ? true : undefined));
    own.skip(110_000);
    expect(await names(room)).toEqual(['Ann']);
    own.skip(50_000);
    await sync();
    await seen.until(({ kind }) => kind === 'left');
    lost.end();
    expect(seen.events.map(({ kind, data }) => [kind, data.name])).toEqual([
      ['joined', 'Ann'],
      ['joined', 'Bob'],
      ['left', 'Bob'],
    ]);
    expect(await names(room)).toEqual(['Ann']);
  });
});

describe('direct messages', () => {
  it('reach every connection of whom they are for, and of who sent them, and nobody else', async () => {
    const room = freshName('room');
    const [ann, bob, bobToo, eve] = [newClient('ada'), newClient('grace'), newClient('grace'), newClient('alan')];
    const inboxes = await Promise.all(
      [ann, bob, bobToo, eve].map((client) => follow((options) => client.chat.inbox.subscribe(undefined, options))),
    );
    const { member } = await join(bob, room, 'Bob');
    await ann.chat.direct.mutate({ to: member, name: 'Ann', text: 'Psst' }, OVER);
    await Promise.all(inboxes.slice(0, 3).map((inbox) => inbox.until(({ text }) => text === 'Psst')));
    expect(inboxes.map(({ events }) => events.map(({ text }) => text))).toEqual([['Psst'], ['Psst'], ['Psst'], []]);
  });
});
