/**
 * A place in a room: who is there, what was said, and what comes after. Who has a name enters it with this connection, and leaves it when the
 * page goes elsewhere; others look on.
 */

import { usePresence, useSubscription } from '@org/gateway-client/react';
import { useCallback, useEffect, useState } from 'react';
import { useGateway } from '../gateway.js';
import { addLines, byName, type ChatLine, directLine, roomLine } from '../model/chat-room.js';
import type { ChatMember } from '../model/document-types.js';

/** What is seen of the room. */
export interface ChatRoom {
  readonly lines: readonly ChatLine[];
  readonly members: readonly ChatMember[];
  /** The caller, once it is in. */
  readonly self: string | undefined;
  readonly failure: unknown;
}

/** @param name absent for who only looks on */
export function useChat(room: string, name: string | undefined): ChatRoom {
  const { chat } = useGateway();
  const presence = usePresence(chat, { room }, name === undefined ? undefined : { name });
  const { lines, add, position, failure, load } = useLines(room);
  const messages = useSubscription(
    chat.messages,
    { room },
    {
      enabled: position !== undefined,
      lastEventId: position,
      onEvent: (message, id) => add(roomLine(id, message)),
      onReset: load,
    },
  );
  const inbox = useSubscription(chat.inbox, undefined, {
    enabled: name !== undefined,
    onEvent: (message, id) => add(directLine(id, message)),
  });
  return {
    lines,
    members: byName(presence.members),
    self: presence.self?.member,
    failure: presence.error ?? messages.error ?? inbox.error ?? failure,
  };
}

interface Said {
  readonly room: string;
  readonly lines: readonly ChatLine[];
  /** To follow from; known once the lines from before are there. */
  readonly position: string | undefined;
  readonly failure: unknown;
}

const emptyOf = (room: string): Said => ({ room, lines: [], position: undefined, failure: undefined });

/** The lines of a room, those from before first. */
function useLines(room: string) {
  const { chat } = useGateway();
  const [said, setSaid] = useState(() => emptyOf(room));
  // What comes for a room that was left is for nobody.
  const update = useCallback(
    (change: (before: Said) => Partial<Said>) => setSaid((known) => (known.room === room ? { ...known, ...change(known) } : known)),
    [room],
  );
  const add = useCallback((...more: readonly ChatLine[]) => update(({ lines }) => ({ lines: addLines(lines, more) })), [update]);
  const load = useCallback(async () => {
    try {
      const { state, position } = await chat.history.query({ room });
      add(...state.map(({ id, ...message }) => roomLine(id, message)));
      update(() => ({ position, failure: undefined }));
    } catch (failure) {
      update(() => ({ failure }));
    }
  }, [chat, room, add, update]);
  useEffect(() => {
    setSaid(emptyOf(room));
    void load();
  }, [room, load]);
  return { ...(said.room === room ? said : emptyOf(room)), add, load };
}
