/**
 * Rows of rooms in the connections table: `R#{name}/{room}` with `M#{member}` (a member, with a lease for each of its connections), and
 * `C#{connection}` with `R#{name}/{room}` (a connection's rooms, for `$disconnect` and `gw.sync`).
 */

import type { PresenceChange } from '../service/presence.js';
import type { Row } from '../topics/key-table.js';
import { connectionKey } from '../topics/subscription-keys.js';

/** A connection's place in a room. */
export interface Place {
  /** The declared name. */
  readonly name: string;
  readonly room: string;
  readonly member: string;
  readonly connectionId: string;
}

/** A place as its connection has it. */
export interface HeldPlace extends Place {
  readonly service: string;
  /** Epoch milliseconds. */
  readonly untilMs: number;
  readonly leaseMs: number;
}

/** A member as its room has it. */
export interface MemberRow {
  readonly member: string;
  readonly data: unknown;
  readonly sinceMs: number;
  /** Epoch milliseconds by connection. */
  readonly leases: Readonly<Record<string, number>>;
  /** Of the last write: whoever knows it has seen the row as it is. */
  readonly version: string;
  /** What is being announced, since when. */
  readonly pending?: { readonly changes: readonly Change[]; readonly sinceMs: number } | undefined;
}

/** A change that has not happened yet. */
export type Change = Omit<PresenceChange<unknown>, 'atMs'>;

/** What the keys of a connection's rooms lie between. */
export const ROOM_RANGE = ['R#', 'R$'] as const;

/** Partition key of a room. */
export function roomKey({ name, room }: Pick<Place, 'name' | 'room'>): string {
  return `R#${name}/${room}`;
}

/** Key of a member in its room. */
export function memberKey(place: Omit<Place, 'connectionId'>): { pk: string; sk: string } {
  return { pk: roomKey(place), sk: `M#${place.member}` };
}

/** Key of a room by its connection. */
export function placeKey(place: Pick<Place, 'name' | 'room' | 'connectionId'>): { pk: string; sk: string } {
  return { pk: connectionKey(place.connectionId), sk: roomKey(place) };
}

/** The member of a row; undefined for other rows. */
export function memberOf({ member, data, sinceMs, leases, version, pending }: Row): MemberRow | undefined {
  if (typeof member !== 'string' || typeof version !== 'string' || typeof leases !== 'object' || leases === null) return undefined;
  return {
    member,
    data: JSON.parse(String(data)),
    sinceMs: Number(sinceMs),
    leases: leases as MemberRow['leases'],
    version,
    ...(typeof pending === 'string' ? { pending: JSON.parse(pending) } : {}),
  };
}

/** The place of a row; undefined for other rows. */
export function placeOf(connectionId: string, { service, name, room, member, untilMs, leaseMs }: Row): HeldPlace | undefined {
  if (typeof service !== 'string' || typeof name !== 'string' || typeof room !== 'string' || typeof member !== 'string') return undefined;
  return { service, name, room, member, connectionId, untilMs: Number(untilMs), leaseMs: Number(leaseMs) };
}
