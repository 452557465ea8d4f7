/**
 * One connection to a server, kept between requests; one request at a time.
 *
 *   opening ──open──▶ idle ──send──▶ busy
 *                      ▲ └───answer───┘ │
 *   any ──error, end, destroy──▶ closed
 *
 * It holds the process while it opens or waits for an answer, and not while it is idle. What arrives is read into one buffer of its own,
 * which saves an allocation and a stream's bookkeeping for every read: https://nodejs.org/docs/latest-v20.x/api/net.html#socketconnectoptions-connectlistener
 */

import type { OnReadOpts, Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.js';

/** A request, and who waits for its answer. */
export interface Exchange {
  /** Head and body as they are sent: a text of UTF-8, or bytes. */
  readonly bytes: string | Uint8Array;
  readonly isHead: boolean;
  /** Settles it. `hasReused`: the connection has carried other requests before. */
  done(answer: Answer): void;
  /** Nothing, or not all, of the answer came. */
  failed(cause: Error, how: { readonly isUntouched: boolean; readonly hasReused: boolean }): void;
}

/** Opens a socket; `onOpen` when a request may be written. */
export type OpenSocket = (onread: OnReadOpts, onOpen: () => void) => Socket;

/** Who keeps connections. */
export interface ConnectionOwner {
  readonly openSocket: OpenSocket;
  readonly now: () => number;
  /** It may carry a request, the first time and after each answer. */
  onIdle(connection: Connection): void;
  /** It carries none any more. `cause` when it never opened. */
  onClosed(connection: Connection, cause: Error | undefined): void;
}

/** Answers of calls are small; a larger one is read in several goes. */
const READ_BYTES = 16_384;

/** How long a server keeps an idle connection that does not say so (`keep-alive: timeout=5`), and what of it is left unused. */
const KEPT_MS = 4_000;
const MARGIN_MS = 1_000;
const MAX_KEPT_MS = 600_000;

/** A connection that opens at once. */
export class Connection {
  readonly startedMs: number;
  /** Until when an idle connection is safe to use: the server may close it from then on. */
  idleUntilMs = 0;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #state: 'opening' | 'idle' | 'busy' | 'closed' = 'opening';
  #exchange: Exchange | undefined;
  #hasReused = false;
  #answers = 0;
  #error: Error | undefined;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
    this.startedMs = owner.now();
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (bytes: number) => {
      this.#read(buffer.subarray(0, bytes));
      return true;
    };
    this.#socket = owner.openSocket({ buffer, callback }, () => {
      if (this.#state === 'opening') this.#rest(KEPT_MS);
    });
    this.#socket.on('error', (error) => {
      this.#error ??= error;
    });
    const over = () => this.#over();
    this.#socket.on('end', over).on('close', over);
  }

  get isOpening(): boolean {
    return this.#state === 'opening';
  }

  /** Sends a request. Only for an idle connection. */
  send(exchange: Exchange): void {
    this.#state = 'busy';
    this.#exchange = exchange;
    this.#hasReused = this.#answers > 0;
    this.#reader.begin(exchange.isHead);
    this.#socket.ref();
    this.#socket.write(exchange.bytes as string, 'utf8');
  }

  /** Closes it; what is under way fails with the cause. */
  destroy(cause: Error): void {
    this.#error ??= cause;
    this.#close();
  }

  #read(bytes: Buffer): void {
    try {
      if (this.#state !== 'busy') throw new Error('the server spoke without having been asked');
      const answer = this.#reader.push(bytes);
      if (answer) this.#answered(answer);
    } catch (cause) {
      this.destroy(cause as Error);
    }
  }

  #answered(answer: Answer): void {
    const exchange = this.#exchange as Exchange;
    this.#exchange = undefined;
    this.#answers += 1;
    if (answer.isReusable) this.#rest(keptMs(answer.head.fields.get('keep-alive')));
    else this.#close();
    exchange.done(answer);
  }

  #rest(keptMs: number): void {
    this.#state = 'idle';
    this.idleUntilMs = this.#owner.now() + keptMs;
    this.#socket.unref();
    this.#owner.onIdle(this);
  }

  /** The server has ended the connection, or it broke. */
  #over(): void {
    const answer = this.#state === 'busy' && !this.#error && this.#reader.end();
    if (answer) this.#answered(answer);
    else this.#close();
  }

  #close(): void {
    if (this.#state === 'closed') return;
    const { isOpening } = this;
    this.#state = 'closed';
    this.#socket.destroy();
    const cause = this.#error ?? Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' });
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#owner.onClosed(this, isOpening ? cause : undefined);
    exchange?.failed(cause, { isUntouched: this.#reader.isUntouched, hasReused: this.#hasReused });
  }
}

/** https://datatracker.ietf.org/doc/html/draft-thomson-hybi-http-timeout-03#section-2.1 */
function keptMs(keepAlive: string | undefined): number {
  const seconds = /(?:^|[,;\s])timeout=(\d+)/.exec(keepAlive ?? '')?.[1];
  return seconds === undefined ? KEPT_MS : Math.min(MAX_KEPT_MS, Number(seconds) * 1_000 - MARGIN_MS);
}
