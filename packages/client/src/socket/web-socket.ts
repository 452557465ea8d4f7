/**
 * The part of a WebSocket the client uses, which browsers, Node 22 and the `ws` package share. Nothing here runs.
 */

/** An event handler property; written as a method so that narrower event classes fit. */
type Handler<TEvent> = { handle(event: TEvent): void }['handle'] | null;

/** A WebSocket, as far as the client needs one. */
export interface WebSocketLike {
  /**
   * Ids of requests, and other names that must be unique on a connection, come after this number: a connection that several tabs share
   * gives each its own. Known when it opens. @default 0
   */
  readonly firstId?: number;
  onopen: Handler<object>;
  onmessage: Handler<{ readonly data: unknown }>;
  onclose: Handler<{ readonly code: number; readonly reason: string }>;
  onerror: Handler<object>;
  send(text: string): void;
  close(code?: number): void;
}

/** A WebSocket class. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;
