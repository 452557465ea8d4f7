/**
 * A WebSocket as a link sees it: it opens in its time or not at all, and goes down once, whatever the reason.
 */

import { alarmOf } from '../alarm.js';
import type { Clock } from '../clock.js';
import { BROKEN, NORMAL, PATIENCE_MS } from './limits.js';
import type { WebSocketLike } from './web-socket.js';

/** Who hears of it. */
export interface WireOwner {
  readonly clock: Clock;
  /** Makes the socket. */
  make(): Promise<WebSocketLike>;
  /** It is open; numbers on it come after this one. */
  onOpen(firstId: number): void;
  onText(text: unknown): void;
  /** It is of no use any more. An error as cause may mean that no other would be. */
  onDown(reason: string, cause?: unknown): void;
}

/** One socket. */
export interface Wire {
  /** Does nothing while it is not open. */
  send(text: string): void;
  isDown(): boolean;
  /** Closes it, or with a reason leaves a peer that is gone at once: a handshake would keep it, and a Node process, for half a minute. */
  close(reason?: string, cause?: unknown): void;
}

/** Begins to open one. */
export function openWire({ clock, make, onOpen, onText, onDown }: WireOwner): Wire {
  const patience = alarmOf(clock);
  let socket: (WebSocketLike & { terminate?(): void }) | undefined;
  let isDown = false;

  const close = (reason = '', cause?: unknown) => {
    if (isDown) return;
    isDown = true;
    patience();
    socket?.close(NORMAL);
    if (reason) socket?.terminate?.();
    onDown(reason, cause);
  };
  const use = (made: WebSocketLike) => {
    socket = made;
    // Of a handshake that failed, Node 22 tells by an error event alone; elsewhere the close event follows, and finds it down.
    made.onerror = made.onclose = ({ code = BROKEN }: { readonly code?: number }) => close(`closed with ${code}`);
    if (isDown) return made.close();
    made.onopen = () => {
      patience();
      onOpen(made.firstId ?? 0);
    };
    made.onmessage = ({ data }) => {
      if (!isDown) onText(data);
    };
  };

  patience(PATIENCE_MS, () => close('no connection'));
  make().then(use, (cause) => close(cause?.message, cause));
  return { send: (text) => socket?.send(text), isDown: () => isDown, close };
}
