/**
 * Chat: rooms that everybody may read and whoever is signed in may enter, who is in them, what is said there, and messages to one person. A
 * member is a user; calls that are about the caller's place in a room go over the socket.
 */

import { mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';

const Room = () => z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected 1 to 40 small letters, digits and -');
const Name = () => z.string().trim().min(1).max(40);
/** As `join` and `who` give it. */
const MemberId = () => z.string().regex(/^[us]:.{1,200}$/, 'expected a member as `who` gives it');
const Text = () => z.string().trim().min(1).max(2_000);

const Member = () => z.object({ member: z.string(), name: z.string(), sinceMs: z.int() });
const Message = () => z.object({ from: z.string(), name: z.string(), text: z.string(), atMs: z.int() });
const Direct = () => Message().extend({ to: z.string() });

/** The caller is not in the room. */
const NotThere = () => z.object({ room: z.string() });

export const chat = service('chat', {
  join: mutation({
    summary: 'Enters a room with this connection, or takes another name; again after each reconnect',
    auth: 'user',
    idempotent: true,
    input: () => z.object({ room: Room(), name: Name() }),
    output: Member,
  }),

  leave: mutation({
    summary: 'Leaves a room with this connection',
    auth: 'user',
    idempotent: true,
    input: () => z.object({ room: Room() }),
  }),

  who: query({
    summary: 'Who is in a room',
    auth: 'public',
    input: () => z.object({ room: Room() }),
    output: () => z.object({ members: z.array(Member()) }),
    rest: 'GET /chat/rooms/{room}/members',
  }),

  presence: subscription({
    summary: 'Who comes to a room, takes another name, and goes',
    auth: 'public',
    input: () => z.object({ room: Room() }),
    event: () =>
      z.object({
        kind: z.enum(['joined', 'changed', 'left']),
        member: z.string(),
        data: z.object({ name: z.string() }),
        atMs: z.int(),
      }),
    retain: '1h',
  }),

  send: mutation({
    summary: 'Says something in a room that the caller is in; with a key it is said once',
    auth: 'user',
    input: () => z.object({ room: Room(), text: Text() }),
    /** Of its event. */
    output: () => z.object({ id: z.string() }),
    errors: { FORBIDDEN: NotThere },
  }),

  messages: subscription({
    summary: 'What is said in a room',
    auth: 'public',
    input: () => z.object({ room: Room() }),
    event: Message,
    retain: '24h',
  }),

  history: query({
    summary: 'The newest messages of the last 24 hours, oldest first, and the position to follow from',
    auth: 'public',
    input: () => z.object({ room: Room(), limit: z.int().min(1).max(200).default(50) }),
    output: () => z.object({ state: z.array(Message().extend({ id: z.string() })), position: z.string() }),
    rest: 'GET /chat/rooms/{room}/messages',
  }),

  direct: mutation({
    summary: 'A message to one member, who gets it on every connection, as does the caller',
    auth: 'user',
    input: () => z.object({ to: MemberId(), name: Name(), text: Text() }),
    output: () => z.object({ id: z.string() }),
  }),

  inbox: subscription({
    summary: 'Messages to the caller, and those it sends',
    auth: 'user',
    event: Direct,
    retain: '24h',
  }),
});
