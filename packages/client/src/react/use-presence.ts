/**
 * A place in a room as a hook: the component's connection enters it, and again after every reconnect, and leaves it when the component goes.
 * Everybody's place is a lease that the socket renews by itself (PROTOCOL.md P3.19): who crashes is gone when it is over.
 */

import { useEffect, useRef, useState } from 'react';
import type { MutationClient, QueryClient, SubscriptionClient } from '../client-types.js';
import { type AnyRooms, enterRoom, OUTSIDE, type RoomChange, type RoomView, type Stay } from './presence-stay.js';
import { isSkipped } from './query-key.js';

/**
 * The procedures of a service with rooms, by convention: `join` enters one and answers the caller's own member, `leave` leaves it, `who`
 * lists its members, and `presence` tells of changes. `TPlace` says which room; what `join` takes besides is what others see of the caller.
 */
export interface RoomProcedures<TPlace, TJoin, TMember> {
  readonly join: MutationClient<TJoin, TMember, unknown>;
  readonly leave: MutationClient<TPlace, unknown, unknown>;
  readonly who: QueryClient<TPlace, { members: TMember[] }, unknown>;
  readonly presence: SubscriptionClient<TPlace, RoomChange, unknown>;
}

/**
 * Who is in a room, the caller among them.
 *
 * @param place which room; a symbol, as `skipToken` of TanStack: none
 * @param about what others see of the caller; something else is told to them without leaving. `undefined`: the caller is not there itself
 */
export function usePresence<TPlace, TJoin extends TPlace, TMember extends { readonly member: string; readonly sinceMs: number }>(
  rooms: RoomProcedures<TPlace, TJoin, TMember>,
  place: TPlace | symbol,
  about: Omit<TJoin, keyof TPlace> | undefined,
): RoomView<TMember>;
export function usePresence(rooms: AnyRooms, place: unknown, about?: object): RoomView<never> {
  const key = isSkipped(place) ? '' : JSON.stringify(place);
  const aboutKey = JSON.stringify(about ?? null);
  const [seen, setSeen] = useState({ key, view: OUTSIDE });
  const stay = useRef<Stay>(undefined);
  useEffect(() => {
    if (key === '') return;
    const entered = enterRoom(rooms, JSON.parse(key), (view) => setSeen({ key, view }));
    stay.current = entered;
    return entered.leave;
  }, [rooms, key]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever enters another room says it there, too.
  useEffect(() => stay.current?.tell(JSON.parse(aboutKey)), [rooms, key, aboutKey]);
  return (seen.key === key ? seen.view : OUTSIDE) as RoomView<never>;
}
