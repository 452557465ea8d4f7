/**
 * A place in a room: loads what was said and who is there, and follows what comes after. Who has a name enters it with this connection, and
 * again after every reconnect, and leaves it when the page goes elsewhere; others look on.
 */

import { useEffect, useState } from 'react';
import { useGateway } from '../gateway.js';
import { addLines, type ChatLine, directLine, membersAfter, roomLine } from '../model/chat-room.js';
import type { ChatMember, PresenceEvent } from '../model/document-types.js';
import { follow } from './follow.js';

/** What is seen of the room. */
export interface ChatRoom {
  readonly lines: readonly ChatLine[];
  readonly members: readonly ChatMember[];
  /** The caller, once it is in. */
  readonly self: string | undefined;
  readonly failure: unknown;
}

const OUTSIDE: ChatRoom = { lines: [], members: [], self: undefined, failure: undefined };

/** @param name absent for who only looks on */
export function useChat(room: string, name: string | undefined): ChatRoom {
  const gateway = useGateway();
  const [seen, setSeen] = useState(OUTSIDE);

  useEffect(() => {
    setSeen(OUTSIDE);
    const stop = new AbortController();
    const { signal } = stop;
    const update = (change: Partial<ChatRoom> | ((before: ChatRoom) => Partial<ChatRoom>)) =>
      setSeen((before) => (signal.aborted ? before : { ...before, ...(typeof change === 'function' ? change(before) : change) }));
    const onFailure = (failure: unknown) => signal.aborted || update({ failure });
    const add = (...more: readonly ChatLine[]) => update(({ lines }) => ({ lines: addLines(lines, more) }));

    // In one lane, and without the signal: one must not overtake the other.
    const place = { over: 'socket', lane: `chat ${room}` } as const;
    let loaded: readonly ChatMember[] = [];
    let changes: PresenceEvent[] = [];
    let self: string | undefined;
    const enter = async () => {
      changes = [];
      self = name === undefined ? undefined : (await gateway.chat.join.mutate({ room, name }, place)).member;
      loaded = (await gateway.chat.who.query({ room }, { over: 'socket', signal })).members;
      update({ self, members: membersAfter(loaded, changes), failure: undefined });
    };
    const onStarted = () => void enter().catch(onFailure);
    void follow({
      open: () => gateway.chat.presence.subscribe({ room }, { signal, onStarted }),
      onEvent: (change) => {
        changes.push(change);
        update({ members: membersAfter(loaded, changes) });
        // While the machine slept, or for another tab of the same connection.
        if (change.kind === 'left' && change.member === self) onStarted();
      },
      onFailure,
      signal,
    });
    const messages = async () => {
      const { state, position } = await gateway.chat.history.query({ room }, { signal });
      add(...state.map(({ id, ...message }) => roomLine(id, message)));
      const open = () => gateway.chat.messages.subscribe({ room }, { signal, lastEventId: position }).tracked();
      await follow({
        open,
        onEvent: ({ id, data }) => add(roomLine(id, data)),
        onMissed: () => void messages().catch(onFailure),
        onFailure,
        signal,
      });
    };
    void messages().catch(onFailure);
    if (name !== undefined) {
      void follow({
        open: () => gateway.chat.inbox.subscribe(undefined, { signal }).tracked(),
        onEvent: ({ id, data }) => add(directLine(id, data)),
        onFailure,
        signal,
      });
    }
    return () => {
      stop.abort();
      if (name === undefined) return;
      // The lease would run out; this is quicker.
      gateway.chat.leave.mutate({ room }, { ...place, volatile: true }).catch(() => {});
    };
  }, [gateway, room, name]);

  return seen;
}
