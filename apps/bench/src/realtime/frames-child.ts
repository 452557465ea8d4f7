/**
 * The server of the round trips and of the message rates: one process that speaks every contestant's protocol and answers at once, so that the
 * clients are what differs.
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerParent } from '../scale/messages.js';
import {
  ackFrame,
  answerFrame,
  ENGINE_OPEN,
  eventFrame,
  NAMESPACE_OPEN,
  type Shape,
  startedFrame,
  stockStartedFrame,
  syncFrame,
} from './frames.js';

type Question =
  | { readonly kind: 'start' }
  /** Sends so many events to the connection that is named in its URL. */
  | { readonly kind: 'push'; readonly name: string; readonly shape: Shape; readonly count: number };

interface Follower {
  readonly socket: WebSocket;
  /** Id of its subscription. */
  id?: unknown;
  /** Events sent. */
  head: number;
  syncs: number;
}

interface Frame {
  readonly id?: unknown;
  readonly method?: string;
  readonly gw?: number;
  readonly params?: { readonly n: number; readonly c: readonly (readonly [unknown, string])[] };
}

/** What may wait in a socket before the next frame is made. */
const MAX_BUFFERED_BYTES = 1_000_000;

const followers = new Map<string, Follower>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket, { url = '' }) => {
  const follower: Follower = { socket, head: 0, syncs: 0 };
  followers.set(new URL(url, 'ws://localhost').searchParams.get('name') ?? '', follower);
  if (url.startsWith('/socket.io/')) socket.send(ENGINE_OPEN);
  socket.on('message', (data) => {
    const text = String(data);
    const reply = text.startsWith('4') ? socketIoReply(text) : jsonReply(follower, JSON.parse(text) as Frame);
    if (reply) socket.send(reply);
  });
});
await once(server, 'listening');

function socketIoReply(text: string): string {
  const [, ack] = /^42(\d+)\[/.exec(text) ?? [];
  return text === '40' ? NAMESPACE_OPEN : ack === undefined ? '' : ackFrame(ack);
}

function jsonReply(follower: Follower, { id, method, gw, params }: Frame): string {
  if (method === 'query') return answerFrame(id);
  if (method === 'gw.sync' && params) {
    follower.syncs += 1;
    return syncFrame(params.n, params.c, follower.head);
  }
  if (method !== 'subscription') return '';
  follower.id = id;
  return gw ? startedFrame(id, follower.head) : stockStartedFrame(id);
}

async function push(follower: Follower, shape: Shape, count: number): Promise<void> {
  const to = follower.head + count;
  while (follower.head < to) {
    while (follower.head < to && follower.socket.bufferedAmount < MAX_BUFFERED_BYTES) {
      const [frame, last] = eventFrame(shape, follower.id, follower.head, to);
      follower.head = last;
      follower.socket.send(frame);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

answerParent<Question>(async (question) => {
  switch (question.kind) {
    case 'start':
      return { port: (server.address() as AddressInfo).port };
    case 'push': {
      const follower = followers.get(question.name);
      if (!follower) throw new Error(`no connection ${question.name}`);
      await push(follower, question.shape, question.count);
      return { syncs: follower.syncs };
    }
    default:
      return question satisfies never;
  }
});
