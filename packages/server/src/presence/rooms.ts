/**
 * Who is in which room. One row per member holds all its connections, and is only written by who has seen it as it is, so that exactly one
 * write makes a member come or go. What is to be announced is written with it and cleared when it has been; meanwhile others wait, so that
 * changes of a member are announced in their order.
 *
 *     absent ──enter: joined──▶ present ──enter, with other data: changed──▶ present
 *        ▲                         │
 *        └── last lease released or found to be over: left
 *
 * When an announcement fails the write is taken back, and with it the change. When the function dies in between, the next one that comes
 * by announces: only then may a change be announced twice.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Member, PresenceChange } from '../service/presence.js';
import type { KeyTable } from '../topics/key-table.js';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import {
  type Change,
  type HeldPlace,
  type MemberRow,
  memberKey,
  memberOf,
  type Place,
  placeKey,
  placeOf,
  ROOM_RANGE,
  roomKey,
} from './room-rows.js';

/** Tells a room's subscribers. */
export type Announce = (change: PresenceChange<unknown>) => Promise<unknown>;

/** Every operation rejects with SERVICE_UNAVAILABLE when the table is throttled, and with what `announce` rejects with. */
export interface Rooms {
  /** Enters, or renews the lease and the data. */
  enter(place: Place & { readonly service: string; readonly leaseMs: number }, data: unknown, announce: Announce): Promise<Member<unknown>>;
  /** Gives a lease up. */
  release(place: Place, announce: Announce): Promise<void>;
  /** Makes a lease last longer; gives it up where the member was taken out meanwhile. */
  renew(place: HeldPlace): Promise<void>;
  /** Takes out whose leases are over. */
  reap(room: Pick<Place, 'name' | 'room'>, announce: Announce): Promise<void>;
  /** Who is there. */
  list(room: Pick<Place, 'name' | 'room'>): Promise<readonly Member<unknown>[]>;
  find(member: Omit<Place, 'connectionId'>): Promise<Member<unknown> | undefined>;
  /** Where a connection is. */
  placesOf(connectionId: string): Promise<readonly HeldPlace[]>;
}

/** A write is refused only when another connection of the same member was faster. */
const ATTEMPTS = 8;

/** An announcement takes some 20 ms. One that takes longer than the second is not coming. */
const ANNOUNCED_WITHIN_MS = 5_000;
const PAUSE_MS = 50;

/** Rows stay for a day after their lease, for someone to find and announce. */
const KEPT_AFTER_MS = 86_400_000;

interface Parts {
  readonly table: Pick<KeyTable, 'get' | 'put' | 'delete' | 'query'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

type MemberState = Omit<MemberRow, 'version' | 'pending'>;

type Step = (now: number, before: MemberState | undefined) => NextState | undefined;

/** What becomes of a member, without leases: it goes. Undefined when all is well. */
interface NextState {
  readonly after: MemberState;
  readonly changes: readonly Change[];
}

/** Rooms in the connections table. */
export function createRooms({ table, clock, newId }: Parts): Rooms {
  type Key = ReturnType<typeof memberKey>;
  const put = (key: Key, row: MemberRow, before: MemberRow | undefined) => {
    const ttl = ttlSeconds(Math.max(clock.now(), ...Object.values(row.leases)) + KEPT_AFTER_MS);
    const texts = { data: JSON.stringify(row.data), pending: row.pending && JSON.stringify(row.pending) };
    return table.put({ ...key, ...row, ...texts, ttl }, before ? { equal: { version: before.version } } : 'absent');
  };
  const remove = (key: Key, { version }: MemberRow) => table.delete(key.pk, key.sk, { equal: { version } });
  const read = async (key: Key) => {
    const row = await table.get(key.pk, key.sk);
    return row && memberOf(row);
  };
  /** The row is as it says. */
  const settle = (key: Key, row: MemberRow) =>
    Object.keys(row.leases).length === 0 ? remove(key, row) : put(key, { ...row, version: newId(), pending: undefined }, row);
  /** Tells all of it, or takes it back. */
  const tell = async (key: Key, row: MemberRow, before: MemberRow | undefined, announce: Announce) => {
    try {
      for (const change of row.pending?.changes ?? []) await announce({ ...change, atMs: clock.now() });
    } catch (cause) {
      await (before ? put(key, { ...before, version: newId() }, row) : remove(key, row));
      throw cause;
    }
    await settle(key, row);
  };
  /** Undefined when somebody else was faster. */
  const attempt = async (key: Key, before: MemberRow | undefined, { after, changes }: NextState, announce: Announce) => {
    const pending = changes.length > 0 ? { changes, sinceMs: clock.now() } : undefined;
    const row: MemberRow = { ...after, version: newId(), pending };
    // A put whose answer was lost is repeated by the SDK, and then meets its own row.
    if (!(await put(key, row, before)) && (await read(key))?.version !== row.version) return undefined;
    if (pending) await tell(key, row, before, announce);
    return after;
  };
  const change = async (place: Omit<Place, 'connectionId'>, step: Step, announce: Announce): Promise<MemberState | undefined> => {
    const key = memberKey(place);
    const untilMs = clock.now() + 2 * ANNOUNCED_WITHIN_MS;
    for (let attempts = 0; attempts < ATTEMPTS && clock.now() < untilMs; ) {
      const before = await read(key);
      if (before?.pending && before.pending.sinceMs + ANNOUNCED_WITHIN_MS > clock.now()) {
        await clock.sleep(PAUSE_MS);
        continue;
      }
      // Whoever wrote that has died.
      if (before?.pending) {
        await tell(key, before, before, announce);
        continue;
      }
      const next = step(clock.now(), before);
      if (!next) return before;
      const after = await attempt(key, before, next, announce);
      if (after) return after;
      attempts += 1;
    }
    throw new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] too many connections of one member in ${place.room}; try again`);
  };

  const rows = async (room: Pick<Place, 'name' | 'room'>): Promise<readonly MemberRow[]> => {
    const found: MemberRow[] = [];
    for await (const page of table.query({ pk: roomKey(room) })) found.push(...page.flatMap((row) => memberOf(row) ?? []));
    return found;
  };
  const isThere = ({ leases }: MemberRow) => Object.values(leases).some((untilMs) => untilMs > clock.now());
  const hold = ({ service, name, room, member, connectionId, leaseMs }: Omit<HeldPlace, 'untilMs'>) => {
    const untilMs = clock.now() + leaseMs;
    const ttl = ttlSeconds(untilMs + KEPT_AFTER_MS);
    return table.put({ ...placeKey({ name, room, connectionId }), service, name, room, member, untilMs, leaseMs, ttl });
  };
  const drop = (place: Place) => {
    const { pk, sk } = placeKey(place);
    return table.delete(pk, sk);
  };

  return {
    enter: async (place, data, announce) => {
      // First: a place that its connection does not know would outlive it.
      await hold(place);
      const after = await change(place, entering(place, data), announce);
      return seenBy(after as MemberState);
    },
    release: async (place, announce) => {
      await change(place, releasing(place.connectionId), announce);
      await drop(place);
    },
    renew: async (place) => {
      const { connectionId, leaseMs } = place;
      const after = await change(place, renewing(connectionId, leaseMs), silence);
      await (after && connectionId in after.leases ? hold(place) : drop(place));
    },
    reap: async (room, announce) => {
      for (const row of await rows(room)) {
        const isOver = row.pending || Object.values(row.leases).some((untilMs) => untilMs <= clock.now());
        if (isOver) await change({ ...room, member: row.member }, reaping, announce);
      }
    },
    list: async (room) => (await rows(room)).filter(isThere).map(seenBy),
    find: async (member) => {
      const row = await read(memberKey(member));
      return row && isThere(row) ? seenBy(row) : undefined;
    },
    placesOf: async (connectionId) => {
      const places: HeldPlace[] = [];
      const { pk } = placeKey({ name: '', room: '', connectionId });
      for await (const page of table.query({ pk, between: ROOM_RANGE }))
        places.push(...page.flatMap((row) => placeOf(connectionId, row) ?? []));
      return places;
    },
  };
}

const silence = async () => {};

function seenBy({ member, data, sinceMs }: MemberState): Member<unknown> {
  return { member, data, sinceMs };
}

function live(now: number, row: MemberState | undefined): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(row?.leases ?? {}).filter(([, untilMs]) => untilMs > now));
}

function entering({ member, connectionId, leaseMs }: Place & { readonly leaseMs: number }, data: unknown): Step {
  return (now, before) => {
    const others = live(now, before);
    const leases = { ...others, [connectionId]: now + leaseMs };
    if (!before || Object.keys(others).length === 0) {
      // Nobody has announced yet that it had gone.
      const gone = before ? [{ kind: 'left' as const, member, data: before.data }] : [];
      return { after: { member, data, sinceMs: now, leases }, changes: [...gone, { kind: 'joined', member, data }] };
    }
    const isSame = JSON.stringify(before.data) === JSON.stringify(data);
    return { after: { member, data, sinceMs: before.sinceMs, leases }, changes: isSame ? [] : [{ kind: 'changed', member, data }] };
  };
}

/** A member without leases is gone; one that keeps some only loses those that are over. */
function keeping(before: MemberState, leases: Readonly<Record<string, number>>): NextState {
  const { member, data, sinceMs } = before;
  const isGone = Object.keys(leases).length === 0;
  return { after: { member, data, sinceMs, leases }, changes: isGone ? [{ kind: 'left', member, data }] : [] };
}

function releasing(connectionId: string): Step {
  return (now, before) => {
    if (!before || !(connectionId in before.leases)) return undefined;
    const { [connectionId]: _given, ...others } = live(now, before);
    return keeping(before, others);
  };
}

function renewing(connectionId: string, leaseMs: number): Step {
  return (now, before) => {
    if (!before || !(connectionId in before.leases)) return undefined;
    return keeping(before, { ...before.leases, [connectionId]: now + leaseMs });
  };
}

const reaping: Step = (now, before) => {
  if (!before || Object.values(before.leases).every((untilMs) => untilMs > now)) return undefined;
  return keeping(before, live(now, before));
};
