import { mutation, service, subscription } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineService } from '../service/define-service.js';
import { presence } from '../service/presence.js';
import { silentLog } from '../topics/fanout.fixture.js';
import { createManualClock, START_MS } from '../websocket/clock.fixture.js';
import { handleRooms } from './handle-rooms.js';
import { createPresenceClient, type PresenceParts } from './presence-client.js';
import { isRoomEvent, type RoomEvent } from './room-event.js';
import { createRoomKeeper } from './room-keeper.js';
import type { HeldPlace } from './room-rows.js';
import type { Rooms } from './rooms.js';

const placeIn = (room: string, untilMs: number, serviceName = 'chat'): HeldPlace => ({
  service: serviceName,
  name: 'Lobby',
  room,
  member: 'u:ann',
  connectionId: 'c1=',
  untilMs,
  leaseMs: 300_000,
});

const Here = presence('Lobby', { member: () => z.object({ name: z.string() }), announces: 'presence' });
const chat = service('chat', {
  hello: mutation({ auth: 'public' }),
  presence: subscription({ auth: 'public', event: () => z.object({ kind: z.string() }) }),
});

/** Records what rooms are asked for. */
function recordedRooms() {
  const asked: unknown[] = [];
  const note = (operation: string) => async (place: object) => void asked.push([operation, (place as HeldPlace).room]);
  const rooms = {
    enter: async (place: HeldPlace, data: unknown) => {
      asked.push(['enter', place, data]);
      return { member: place.member, data, sinceMs: START_MS };
    },
    release: note('release'),
    renew: note('renew'),
    reap: note('reap'),
    list: async () => [],
    find: async (place: object) => void asked.push(['find', place]),
    placesOf: async () => [],
  } as unknown as Rooms;
  const parts: PresenceParts = {
    rooms,
    service: 'chat',
    publish: async () => 'e1.1',
    connectionOf: async (id) => ({ id, session: 'secret-session', params: {} }),
  };
  return { asked, parts };
}

describe('the socket function', () => {
  const keeper = (places: readonly HeldPlace[], told: unknown[], fails = false) =>
    createRoomKeeper({
      rooms: { placesOf: async () => places },
      tell: async (name, event) => {
        if (fails) throw new Error('throttled');
        told.push([name, event.gatewayRooms.what, event.gatewayRooms.places.map(({ room }) => room)]);
      },
      clock: createManualClock(),
      log: silentLog,
    });

  it('tells a service of leases in their second half, and of no others', async () => {
    const told: unknown[] = [];
    await keeper([placeIn('a', START_MS + 150_001), placeIn('b', START_MS + 149_999), placeIn('c', START_MS, 'games')], told).renew('c1=');
    expect(told).toEqual([
      ['chat', 'renew', ['b']],
      ['games', 'renew', ['c']],
    ]);
  });

  it('tells it of all places of a connection that is closed', async () => {
    const told: unknown[] = [];
    await keeper([placeIn('a', START_MS + 300_000), placeIn('b', START_MS)], told).leave('c1=');
    expect(told).toEqual([['chat', 'leave', ['a', 'b']]]);
  });

  it('goes on when it cannot: the lease runs out', async () => {
    await expect(keeper([placeIn('a', START_MS)], [], true).leave('c1=')).resolves.toBeUndefined();
  });
});

describe('a service that is told', () => {
  const uses = { here: Here.allow('join') };
  const event = (what: 'renew' | 'leave', ...places: readonly HeldPlace[]): RoomEvent => ({ gatewayRooms: { what, places } });

  it('renews a lease and takes out who has crashed, or gives it up', async () => {
    const { asked, parts } = recordedRooms();
    await handleRooms(parts, uses, event('renew', placeIn('a', START_MS)));
    await handleRooms(parts, uses, event('leave', placeIn('b', START_MS), { ...placeIn('c', START_MS), name: 'Gone' }));
    expect(asked).toEqual([
      ['renew', 'a'],
      ['reap', 'a'],
      ['release', 'b'],
    ]);
  });

  it('knows such an event from all others', () => {
    expect(isRoomEvent(event('renew'))).toBe(true);
    expect(isRoomEvent({ requestContext: {} })).toBe(false);
  });
});

describe('ctx.here', () => {
  const clientOf = (parts: PresenceParts, facts: { readonly user?: string; readonly connectionId?: string }) =>
    createPresenceClient(parts, Here.allow('join', 'leave', 'list', 'find', 'self'), {
      user: facts.user === undefined ? null : { id: facts.user, claims: {} },
      requestId: 'r1',
      connectionId: facts.connectionId,
    });

  it('is about the user and its connection', async () => {
    const { asked, parts } = recordedRooms();
    const here = clientOf(parts, { user: 'ann', connectionId: 'c1=' });
    expect(await here.join('lobby', { name: 'Ann' })).toEqual({ member: 'u:ann', data: { name: 'Ann' }, sinceMs: START_MS });
    const place = { name: 'Lobby', room: 'lobby', member: 'u:ann', connectionId: 'c1=', service: 'chat', leaseMs: 300_000 };
    expect(asked).toEqual([['enter', place, { name: 'Ann' }]]);
  });

  it('knows who is not signed in by a digest of the session, which stays secret', async () => {
    const { parts } = recordedRooms();
    const key = await clientOf(parts, { connectionId: 'c1=' }).self();
    expect(key).toMatch(/^s:[A-Za-z0-9_-]{22}$/);
    expect(await clientOf(parts, { connectionId: 'c2=' }).self()).toBe(key);
  });

  it('knows a user over HTTP too, who cannot be anywhere by that', async () => {
    const { asked, parts } = recordedRooms();
    const here = clientOf(parts, { user: 'ann' });
    await here.find('lobby');
    expect(asked).toEqual([['find', { name: 'Lobby', room: 'lobby', member: 'u:ann' }]]);
    await expect(here.join('lobby', { name: 'Ann' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: '[BAD_REQUEST] Lobby is about a connection: got a call over HTTP, expected one over the socket',
    });
  });

  it('a member that does not fit its schema is the service’s bug', async () => {
    const { asked, parts } = recordedRooms();
    await expect(clientOf(parts, { user: 'ann', connectionId: 'c1=' }).join('lobby', { name: 7 })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    });
    expect(asked).toEqual([]);
  });
});

describe('a declaration', () => {
  it('is refused when it announces what is no subscription', () => {
    const wrong = presence('Lobby', { member: () => z.object({}), announces: 'hello' });
    expect(() => defineService(chat, { uses: { here: wrong.allow('join') } })).toThrow(
      '[SERVICE] Lobby announces chat.hello, which is no subscription; declare it in the contract',
    );
    expect(defineService(chat, { uses: { here: Here.allow('join') } }).uses.here.statements).toEqual([]);
  });
});
