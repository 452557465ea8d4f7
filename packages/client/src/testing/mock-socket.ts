/**
 * The mock as a WebSocket class: PROTOCOL.md section 3, as our own client speaks it. Frames come and go in memory, each in a microtask of
 * its own; nothing gets lost unless a test breaks the connections.
 */

import {
  type CallFrame,
  type PartFrame,
  type ReceivedMessage,
  readFrame,
  type StopFrame,
  type SyncFrame,
  type SyncState,
} from '@org/gateway-core/protocol';
import type { WirePath } from '@org/gateway-core/wire-value';
import { encodeValue } from '../encode-value.js';
import type { WebSocketConstructor, WebSocketLike } from '../socket/web-socket.js';
import type { RunCall } from './mock-fetch.js';
import { type RecordedCall, shapeOf } from './mock-run.js';
import type { MockTopic } from './mock-topics.js';

/** Where a subscription sits. */
export interface MockSeat {
  readonly topic: MockTopic;
  readonly follow: MockTopic['follow'];
  /** Of its events. P2.16 */
  readonly codecs: readonly WirePath[] | undefined;
}

/** What connections need of the mock. */
export interface SocketSide {
  readonly run: RunCall;
  /** Records a subscription, and gives its topic and how to follow it. @throws GatewayError */
  subscribe(call: RecordedCall, isResumed: boolean): Promise<MockSeat>;
}

/** The class, and what tests do to its connections. */
export interface MockSockets {
  readonly WebSocket: WebSocketConstructor;
  /** Breaks every connection. */
  disconnect(): void;
}

/** API Gateway's two hours. */
const CONNECTION_MS = 7_200_000;

export function mockSockets(side: SocketSide): MockSockets {
  const open = new Set<{ break(): void }>();
  class MockWebSocket implements WebSocketLike {
    onmessage: WebSocketLike['onmessage'] = null;
    onclose: WebSocketLike['onclose'] = null;
    onerror: WebSocketLike['onerror'] = null;
    #isOpen = true;
    #onopen: WebSocketLike['onopen'] = null;
    readonly #peer = mockPeer(side, (frame) =>
      queueMicrotask(
        () => this.#isOpen && this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame, encodeValue) }),
      ),
    );

    constructor(_url: string) {
      open.add(this);
    }

    get onopen() {
      return this.#onopen;
    }

    /** It opens once somebody listens: whoever makes it may need a moment, and a test has no time to wait for. */
    set onopen(handler) {
      this.#onopen = handler;
      queueMicrotask(() => this.#isOpen && this.#onopen?.({}));
    }

    send(text: string): void {
      for (const message of readFrame(text)) this.#peer.take(message);
    }

    close(code = 1_000): void {
      this.#end(code);
    }

    break(): void {
      this.#end(1_006);
    }

    #end(code: number): void {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      open.delete(this);
      this.#peer.leave();
      queueMicrotask(() => this.onclose?.({ code, reason: '' }));
    }
  }
  return {
    WebSocket: MockWebSocket,
    disconnect() {
      for (const socket of [...open]) socket.break();
    },
  };
}

/** The server's end of one connection. */
function mockPeer(side: SocketSide, send: (frame: object | string) => void) {
  const seats = new Map<CallFrame['id'], { readonly topic: MockTopic; readonly leave: (stopped: boolean) => void }>();
  const parts = new Map<string, string[]>();
  const gone = new AbortController();
  const stop = ({ id }: StopFrame) => {
    seats.get(id)?.leave(true);
    seats.delete(id);
    send({ id, result: { type: 'stopped' } });
  };
  const subscribe = async ({ id, params }: CallFrame) => {
    const { path, input, lastEventId } = params;
    const call = { path, kind: 'subscription', input, over: 'socket', headers: {} } as const;
    const { topic, follow, codecs } = await side.subscribe(call, lastEventId !== undefined);
    if (gone.signal.aborted) return;
    const { position, events, reset } = topic.from(lastEventId);
    send({ id, result: { type: 'started', id: position, gw: { t: topic.name, h: topic.head, x: events, reset, c: codecs } } });
    const leave = follow({
      // One frame for all subscriptions of the connection to a topic.
      push: (x) =>
        [...seats].find(([, seat]) => seat.topic === topic)?.[0] === id &&
        send({ id: null, method: 'gw.ev', params: { t: topic.name, e: topic.epoch, x } }),
      end(failure) {
        seats.delete(id);
        send(failure === undefined ? { id, result: { type: 'stopped' } } : { id, error: shapeOf(failure, path) });
      },
    });
    seats.set(id, { topic, leave });
  };
  const call = async (frame: CallFrame) => {
    const { id, method, params } = frame;
    if (method === 'subscription') return subscribe(frame);
    const { path, input } = params;
    const outcome = await side.run({ path, kind: method, input, over: 'socket', headers: {} }, gone.signal);
    send('error' in outcome ? { id, ...outcome } : { id, result: { type: 'data', ...outcome } });
  };
  const sync = ({ params: { n, c } }: SyncFrame) => {
    const states = c.flatMap(([id, position]): SyncState[] => {
      const topic = seats.get(id)?.topic;
      if (!topic) return [[id, null]];
      return topic.head === position ? [] : [[id, topic.head, topic.from(position).events]];
    });
    send({ id: null, method: 'gw.sync', params: { n, s: states, exp: CONNECTION_MS } });
  };
  /** A message that is too large for a frame is taken once all of it is there. P3.26 */
  const part = ({ params: { k, i, n, d } }: PartFrame) => {
    const texts = parts.get(k) ?? [];
    parts.set(k, texts);
    texts[i] = d;
    if (Object.keys(texts).length < n) return;
    parts.delete(k);
    for (const message of readFrame(texts.join(''))) take(message);
  };
  const take = (message: ReceivedMessage): unknown => {
    switch (message.kind) {
      case 'ping':
        return send('PONG');
      case 'call': {
        const { id, params } = message.frame;
        return void call(message.frame).catch((failure: unknown) => send({ id, error: shapeOf(failure, params.path) }));
      }
      case 'stop':
        return stop(message.frame);
      case 'sync':
        return sync(message.frame);
      case 'auth':
        return send({
          id: message.frame.id,
          result: { type: 'data', data: { expiresInMs: message.frame.params.token ? CONNECTION_MS : null } },
        });
      case 'part':
        return part(message.frame);
      case 'upload':
        // A message too large for parts: over 200 KB.
        return send({
          id: message.frame.id,
          error: shapeOf(new TypeError('the mock takes no message of that size'), message.frame.method),
        });
      case 'uploaded':
        return;
      case 'invalid':
        return send({ id: message.id, error: shapeOf(new TypeError(message.message), 'frame') });
      case 'connectionParams':
      case 'pong':
        return;
      default:
        return message satisfies never;
    }
  };
  return {
    take,
    leave() {
      gone.abort();
      for (const { leave } of seats.values()) leave(false);
      seats.clear();
    },
  };
}
