/**
 * One stay in a room, whatever draws it. Who is there is a list that was loaded, with every change since it was asked for on top: whichever
 * of the two is newer, the last change of a member tells.
 */

import type { CallOptions } from '../options.js';
import { type EventSource, followEvents } from './follow-events.js';

/** A member came, says something else of itself, or went. */
export interface RoomChange {
  readonly kind: 'joined' | 'changed' | 'left';
  readonly member: string;
  readonly data: object;
  readonly atMs: number;
}

/** What is seen of a room. */
export interface RoomView<TMember> {
  /** In the order in which they came. */
  readonly members: readonly TMember[];
  /** The caller, once it is in. */
  readonly self: TMember | undefined;
  /** Why it is not in. The next reconnect tries again. */
  readonly error: unknown;
}

/** Whoever is in no room sees nobody. */
export const OUTSIDE: RoomView<Member> = { members: [], self: undefined, error: undefined };

export interface Member {
  readonly member: string;
  readonly sinceMs: number;
}

type Call = (input: unknown, options: CallOptions) => Promise<unknown>;

/** The procedures without their types. */
export interface AnyRooms {
  readonly join: { readonly mutate: Call };
  readonly leave: { readonly mutate: Call };
  readonly who: { readonly query: Call };
  readonly presence: { readonly subscribe: EventSource['subscribe'] };
}

/** A stay under way. */
export interface Stay {
  /** Says what others see; the first time it enters. Without that it only looks on, and leaves if it had entered. */
  tell(about: object | null): void;
  leave(): void;
}

/** Begins a stay: looks on until something is told. */
export function enterRoom({ join, leave, who, presence }: AnyRooms, place: object, show: (view: RoomView<Member>) => void): Stay {
  // One after the other, and without a signal: leaving must not overtake entering.
  const here = { over: 'socket', lane: `presence ${JSON.stringify(place)}` } as const;
  const controller = new AbortController();
  const { signal } = controller;
  let about: object | null = null;
  let isFollowing = false;
  let isAsking = false;
  /** Who is known to be there, and what came while a newer list was asked for, which may have it or not. */
  let loaded: readonly Member[] = [];
  let changes: RoomChange[] = [];
  let questions = 0;
  let own: Member | undefined;
  const draw = (error?: unknown) => {
    if (signal.aborted) return;
    const members = membersAfter(loaded, changes);
    if (!questions) {
      loaded = members;
      changes = [];
    }
    show({ members, self: members.find(({ member }) => member === own?.member) ?? own, error });
  };
  const enter = async () => {
    isAsking = about !== null;
    own = about === null ? undefined : ((await join.mutate({ ...place, ...about }, here)) as Member);
    if (!signal.aborted) loaded = ((await who.query(place, { over: 'socket', signal })) as { members: readonly Member[] }).members;
    draw();
  };
  /** The lease would run out; this is quicker. */
  const goOut = () => {
    if (isAsking) leave.mutate(place, { ...here, volatile: true }).catch(() => {});
    isAsking = false;
  };
  const again = () => {
    questions += 1;
    void enter()
      .catch(draw)
      .finally(() => {
        questions -= 1;
      });
  };
  const loop = followEvents(
    { subscribe: presence.subscribe, input: place, lastEventId: undefined },
    {
      onStarted() {
        isFollowing = true;
        again();
      },
      onEvent({ data }) {
        const change = data as RoomChange;
        changes.push(change);
        draw();
        // While the machine slept, or for another tab of the same connection.
        if (change.kind === 'left' && change.member === own?.member) again();
      },
      onReset: again,
      onState() {},
      onEnd: draw,
    },
  );
  return {
    tell(next) {
      about = next;
      if (about === null) goOut();
      if (isFollowing && !signal.aborted) again();
    },
    leave() {
      controller.abort();
      loop.stop();
      goOut();
    },
  };
}

function membersAfter(loaded: readonly Member[], changes: readonly RoomChange[]): readonly Member[] {
  const members = new Map(loaded.map((member) => [member.member, member]));
  for (const { kind, member, data, atMs } of changes) {
    if (kind === 'left') members.delete(member);
    else members.set(member, { ...data, member, sinceMs: members.get(member)?.sinceMs ?? atMs });
  }
  return [...members.values()].sort((a, b) => a.sinceMs - b.sinceMs || (a.member < b.member ? -1 : 1));
}
