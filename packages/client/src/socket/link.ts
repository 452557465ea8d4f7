/**
 * One physical connection: numbers the requests on it, hands each answer to its request, and finds out when the peer is gone. It is
 * opened once and goes down once; that another one follows is connection.ts's business. PROTOCOL.md sections 3.1 and 3.5.
 */

import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { PING, PONG } from '@org/gateway-core/protocol';
import { serviceOf } from '../call.js';
import type { Clock } from '../clock.js';
import type { GatewayClientOptions } from '../options.js';
import { makeWebSocket } from './make-web-socket.js';
import type { WebSocketLike } from './web-socket.js';

/** What becomes of a request: the server's answers, or the link's end. */
export interface Answer {
  readonly error?: ErrorShape;
  readonly result?: { readonly type?: string; readonly id?: string; readonly data?: unknown };
  /** The link is down, and why. */
  readonly lost?: string;
}

/** What a request says when it opens. */
export interface Opening {
  readonly method: 'query' | 'mutation' | 'subscription';
  /** `service.procedure`. */
  readonly path: string;
  readonly json: string | undefined;
  readonly lastEventId?: string | undefined;
}

/** Who owns the link and hears of it. */
export interface LinkOwner {
  onUp(): void;
  /** Once, whatever the reason; the link is of no use any more. With an error, no other link would be. */
  onDown(reason: string, error?: GatewayError): void;
  /** The server asks to move to another connection. */
  onLeave(): void;
}

/** A WebSocket that speaks the protocol. */
export interface Link {
  /**
   * Sends a request; answers come until it is left. Leaving a subscription with `stop` tells the server.
   */
  request(opening: Opening, receive: (answer: Answer) => void): (stop?: boolean) => void;
  /** Asks for a sign of life, and abandons the link when there is none. */
  probe(): void;
  /** Another link has taken over: closes once the answers owed have come, or in 10 s. */
  retire(): void;
  close(): void;
  /** Leaves a socket whose peer is gone at once: a close handshake would keep it, and a Node process, for half a minute. */
  abandon(reason: string): void;
}

/** How long to wait for a connection, for a PONG, and for the answers a replaced link still owes: more than a Lambda's cold start. */
const PATIENCE_MS = 10_000;

/** Begins to open a link. */
export function openLink(options: GatewayClientOptions, clock: Clock, owner: LinkOwner): Link {
  const receivers = new Map<unknown, (answer: Answer) => void>();
  let socket: (WebSocketLike & { terminate?(): void }) | undefined;
  let lastId = 0;
  let isRetired = false;
  let isDown = false;
  let cancel = () => {};

  const wait = (delayMs: number, run: () => void) => {
    cancel();
    cancel = clock.after(delayMs, run, true);
  };
  const close = (reason = 'closed', error?: GatewayError) => {
    if (isDown) return;
    isDown = true;
    cancel();
    socket?.close();
    for (const receive of receivers.values()) receive({ lost: reason });
    owner.onDown(reason, error);
  };
  const abandon = (reason: string) => {
    close(reason);
    socket?.terminate?.();
  };
  const probe = () => {
    wait(PATIENCE_MS, () => abandon('no PONG'));
    socket?.send(PING);
  };
  const rest = () => {
    if (!isRetired) wait(options.pingIntervalMs ?? 540_000, probe);
  };
  const read = (data: unknown) => {
    if (isDown) return;
    if (data === PING) socket?.send(PONG);
    else if (data === PONG) rest();
    else {
      for (const message of messagesOf(data)) {
        if (message?.method) owner.onLeave();
        else receivers.get(message?.id)?.(message as Answer);
      }
    }
  };
  const use = (made: WebSocketLike) => {
    socket = made;
    made.onopen = () => {
      rest();
      owner.onUp();
    };
    made.onmessage = ({ data }) => read(data);
    made.onclose = ({ code }) => close(`closed with ${code}`);
    // The close event that follows says the same; without a listener `ws` throws.
    made.onerror = () => {};
    if (isDown) made.close();
  };
  const closeIfDone = () => {
    if (isRetired && !receivers.size) close();
  };

  wait(PATIENCE_MS, () => abandon('connect timeout'));
  makeWebSocket(options).then(use, (cause) => close(cause.message, cause instanceof GatewayError ? cause : undefined));
  return {
    request({ method, path, json, lastEventId }, receive) {
      lastId += 1;
      const id = lastId;
      const svc = serviceOf(path);
      const call = JSON.stringify({ id, method, svc, params: { path, lastEventId } });
      receivers.set(id, receive);
      socket?.send(json ? `${call.slice(0, -2)},"input":${json}}}` : call);
      return (stop) => {
        if (receivers.delete(id) && stop && !isDown) socket?.send(JSON.stringify({ id, method: 'subscription.stop', svc }));
        closeIfDone();
      };
    },
    probe,
    retire() {
      isRetired = true;
      wait(PATIENCE_MS, close);
      closeIfDone();
    },
    close,
    abandon,
  };
}

type Message = (Answer & { readonly id?: unknown; readonly method?: unknown }) | null;

/** The messages of a frame; none for what is no JSON, which answers nothing. */
function messagesOf(data: unknown): readonly Message[] {
  try {
    return [JSON.parse(data as string)].flat();
  } catch {
    return [];
  }
}
