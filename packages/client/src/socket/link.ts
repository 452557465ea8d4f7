/**
 * One physical connection: numbers the requests on it, hands each answer to its request, and finds out when the peer is gone. It is
 * opened once and goes down once; that another one follows is connection.ts's business. PROTOCOL.md sections 3.1 and 3.5.
 */

import type { ErrorShape } from '@org/gateway-core/errors';
import { PING, PONG } from '@org/gateway-core/protocol';
import { alarmOf, type Clock } from '../clock.js';
import { readJson } from '../json.js';
import type { GatewayClientOptions } from '../options.js';
import { BROKEN, PATIENCE_MS, PING_INTERVAL_MS } from './limits.js';
import { makeWebSocket } from './make-web-socket.js';
import type { WebSocketLike } from './web-socket.js';

/** An answer of the server. */
export interface Answer {
  readonly error?: ErrorShape;
  readonly result?: { readonly type?: string; readonly id?: string; readonly data?: unknown };
}

/** Takes the answers to a request; `lost` says that there will be none on this link any more, and why. */
export type Receive = (answer: Answer, lost?: string) => void;

/** What a request says when it opens. */
export interface Opening {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `service.procedure`. */
  readonly path: string;
  readonly json: string | undefined;
  readonly lastEventId?: string | undefined;
}

/** Who owns the link and hears of it. */
export interface LinkOwner {
  onUp(): void;
  /** Once, whatever the reason; the link is of no use any more. With a GatewayError as cause, no other link would be. */
  onDown(reason: string, cause?: unknown): void;
  /** The server asks to move to another connection. */
  onLeave(): void;
}

/** A WebSocket that speaks the protocol. */
export interface Link {
  /**
   * Sends a request; answers come until it is left. Leaving a subscription with `stop` tells the server.
   */
  request(opening: Opening, receive: Receive): (stop?: boolean) => void;
  /** Asks for a sign of life, and drops the link when there is none. */
  probe(): void;
  /** It is not needed any more: closes once the answers owed have come, or in 10 s. */
  retire(): void;
  /** Leaves a socket whose peer is gone at once: a close handshake would keep it, and a Node process, for half a minute. */
  drop(reason: string): void;
}

/** Begins to open a link. */
export function openLink(options: GatewayClientOptions, clock: Clock, owner: LinkOwner): Link {
  const receivers = new Map<unknown, Receive>();
  const alarm = alarmOf(clock);
  let socket: (WebSocketLike & { terminate?(): void }) | undefined;
  let lastId = 0;
  let isRetired = false;
  let isDown = false;

  /** Without a reason it is our wish; with one, the peer is gone. */
  const close = (reason = '', cause?: unknown) => {
    if (isDown) return;
    isDown = true;
    alarm();
    socket?.close();
    if (reason) socket?.terminate?.();
    // The owner first: a query that is lost may then go on at once on another link.
    owner.onDown(reason, cause);
    for (const receive of receivers.values()) receive({}, reason || 'closed');
  };
  const expect = (what: string) => alarm(PATIENCE_MS, () => close(`no ${what}`));
  const probe = () => {
    expect(PONG);
    socket?.send(PING);
  };
  const rest = () => {
    if (!isRetired) alarm(options.pingIntervalMs ?? PING_INTERVAL_MS, probe);
  };
  const read = ({ data }: { readonly data: unknown }) => {
    if (isDown) return;
    if (data === PING) socket?.send(PONG);
    else if (data === PONG) rest();
    else {
      // What is no JSON answers nothing.
      for (const message of [readJson(data)].flat() as Message[]) {
        if (message?.method) owner.onLeave();
        else receivers.get(message?.id)?.(message as Answer);
      }
    }
  };
  const use = (made: WebSocketLike) => {
    socket = made;
    // Of a handshake that failed, Node 22 tells by an error event alone; elsewhere the close event follows, and finds the link down.
    made.onerror = made.onclose = ({ code = BROKEN }: { readonly code?: number }) => close(`closed with ${code}`);
    if (isDown) return made.close();
    made.onopen = () => {
      lastId = made.firstId ?? 0;
      rest();
      owner.onUp();
    };
    made.onmessage = read;
  };
  const send = (frame: object) => socket?.send(JSON.stringify(frame));
  const closeIfDone = () => {
    if (isRetired && !receivers.size) close();
  };

  expect('connection');
  makeWebSocket(options).then(use, (cause) => close(cause?.message, cause));
  return {
    request({ kind, path, json, lastEventId }, receive) {
      lastId += 1;
      const id = lastId;
      const svc = path.split('.')[0];
      receivers.set(id, receive);
      // From its text: the input as it was when the call began, whatever has become of the object since.
      send({ id, method: kind, svc, params: { path, input: json && JSON.parse(json), lastEventId } });
      return (stop) => {
        if (receivers.delete(id) && stop && !isDown) send({ id, method: 'subscription.stop', svc });
        closeIfDone();
      };
    },
    probe,
    retire() {
      isRetired = true;
      alarm(PATIENCE_MS, close);
      closeIfDone();
    },
    drop: close,
  };
}

type Message = (Answer & { readonly id?: unknown; readonly method?: unknown }) | null | undefined;
