import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PresenceChange } from '../service/presence.js';
import { createMemoryKeyTable } from '../topics/memory-key-table.fixture.js';
import { createJumpingClock, START_MS } from '../websocket/clock.fixture.js';
import type { Place } from './room-rows.js';
import { createRooms, type Rooms } from './rooms.js';

const LEASE_MS = 300_000;

let clock: ReturnType<typeof createJumpingClock>;
let rooms: Rooms;
let told: (readonly [kind: string, member: string, data: unknown])[];
let failures: number;
let room: string;
let ids = 0;
let number = 0;

beforeEach(() => {
  clock = createJumpingClock();
  rooms = createRooms({ table: createMemoryKeyTable(() => new Promise(setImmediate)), clock, newId: () => `v${++ids}` });
  told = [];
  failures = 0;
  room = `room-${++number}`;
});

const announce = async ({ kind, member, data }: PresenceChange<unknown>) => {
  if (failures-- > 0) throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] no log');
  told.push([kind, member, data]);
};
const place = (member: string, connectionId: string): Place => ({ name: 'Lobby', room, member, connectionId });
const enter = (member: string, connectionId: string, data: unknown = { name: member }) =>
  rooms.enter({ ...place(member, connectionId), service: 'chat', leaseMs: LEASE_MS }, data, announce);
const release = (member: string, connectionId: string) => rooms.release(place(member, connectionId), announce);
const names = async () => (await rooms.list({ name: 'Lobby', room })).map(({ member }) => member);
const held = async (connectionId: string) => (await rooms.placesOf(connectionId)).find((each) => each.room === room);

describe('rooms', () => {
  it('a member with several connections joins with the first and leaves with the last', async () => {
    await enter('ann', 'c1=');
    await enter('ann', 'c2=');
    expect(await names()).toEqual(['ann']);
    await release('ann', 'c1=');
    expect(await names()).toEqual(['ann']);
    await release('ann', 'c2=');
    await release('ann', 'c2=');
    expect(await names()).toEqual([]);
    expect(told).toEqual([
      ['joined', 'ann', { name: 'ann' }],
      ['left', 'ann', { name: 'ann' }],
    ]);
    expect([await held('c1='), await held('c2=')]).toEqual([undefined, undefined]);
  });

  it('tells what a member says of itself now, and since when it is there', async () => {
    await enter('ann', 'c1=');
    clock.advance(1_000);
    expect(await enter('ann', 'c1=', { name: 'Ann' })).toEqual({ member: 'ann', data: { name: 'Ann' }, sinceMs: START_MS });
    await enter('ann', 'c2=', { name: 'Ann' });
    expect(told.map(([kind]) => kind)).toEqual(['joined', 'changed']);
    expect(await rooms.find({ name: 'Lobby', room, member: 'ann' })).toEqual({ member: 'ann', data: { name: 'Ann' }, sinceMs: START_MS });
  });

  it('who gave no sign of life is not there, and is taken out and announced once', async () => {
    await enter('ann', 'c1=');
    await enter('bob', 'c2=');
    clock.advance(LEASE_MS / 2);
    await rooms.renew({ ...place('bob', 'c2='), service: 'chat', untilMs: 0, leaseMs: LEASE_MS });
    clock.advance(LEASE_MS / 2);
    expect(await names()).toEqual(['bob']);
    await Promise.all([1, 2, 3].map(() => rooms.reap({ name: 'Lobby', room }, announce)));
    expect(told.slice(2)).toEqual([['left', 'ann', { name: 'ann' }]]);
  });

  it('one of two connections that is lost is forgotten without a word', async () => {
    await enter('ann', 'c1=');
    clock.advance(LEASE_MS - 1);
    await enter('ann', 'c2=');
    clock.advance(1);
    await rooms.reap({ name: 'Lobby', room }, announce);
    await release('ann', 'c2=');
    expect(told.map(([kind]) => kind)).toEqual(['joined', 'left']);
  });

  it('whoever comes back after its lease is announced to have gone, and to have come', async () => {
    await enter('ann', 'c1=');
    clock.advance(LEASE_MS);
    await enter('ann', 'c2=', { name: 'Ann' });
    expect(told.slice(1)).toEqual([
      ['left', 'ann', { name: 'ann' }],
      ['joined', 'ann', { name: 'Ann' }],
    ]);
  });

  it('a connection that was taken out finds out when it wants to renew', async () => {
    await enter('ann', 'c1=');
    clock.advance(LEASE_MS);
    await rooms.reap({ name: 'Lobby', room }, announce);
    const late = await held('c1=');
    expect(late).toMatchObject({ service: 'chat', member: 'ann', leaseMs: LEASE_MS, untilMs: START_MS + LEASE_MS });
    await rooms.renew(late as NonNullable<typeof late>);
    expect(await held('c1=')).toBeUndefined();
    expect(await names()).toEqual([]);
  });

  it('renewing makes the lease of room and connection longer', async () => {
    await enter('ann', 'c1=');
    clock.advance(LEASE_MS - 1);
    await rooms.renew((await held('c1=')) as NonNullable<Awaited<ReturnType<typeof held>>>);
    expect(await held('c1=')).toMatchObject({ untilMs: START_MS + 2 * LEASE_MS - 1 });
    clock.advance(LEASE_MS - 1);
    expect(await names()).toEqual(['ann']);
    expect(told).toHaveLength(1);
  });

  it('many at once are announced once each, and no connection is lost', async () => {
    const connections = ['c1=', 'c2=', 'c3=', 'c4='];
    await Promise.all(connections.map((connection) => enter('ann', connection)));
    await Promise.all(connections.slice(1).map((connection) => release('ann', connection)));
    expect(await names()).toEqual(['ann']);
    await release('ann', 'c1=');
    expect(told.map(([kind]) => kind)).toEqual(['joined', 'left']);
  });

  it('a change that cannot be announced has not happened', async () => {
    failures = 1;
    await expect(enter('ann', 'c1=')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await names()).toEqual([]);
    await enter('ann', 'c1=');
    failures = 1;
    await expect(release('ann', 'c1=')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await names()).toEqual(['ann']);
    await release('ann', 'c1=');
    expect(told.map(([kind]) => kind)).toEqual(['joined', 'left']);
  });

  it('changes are announced in their order, and by the next one when the first dies', async () => {
    // It never comes back from its announcement.
    void rooms.enter({ ...place('ann', 'c1='), service: 'chat', leaseMs: LEASE_MS }, { name: 'ann' }, () => new Promise(() => {}));
    while ((await names()).length === 0) await new Promise(setImmediate);
    const leaving = release('ann', 'c1=');
    await leaving;
    expect(told).toEqual([
      ['joined', 'ann', { name: 'ann' }],
      ['left', 'ann', { name: 'ann' }],
    ]);
  });
});
