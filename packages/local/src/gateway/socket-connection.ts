/**
 * One established WebSocket connection and its limits: 32 KB a frame and 128 KB a message (close 1009), text only (1003), 10 minutes without
 * traffic and 2 hours at most (1001), by the stage's clock.
 *
 *   open ──a limit, @connections DELETE──▶ closing ──the peer's close frame──▶ closed
 *     └──the client's close frame, TCP loss, drop()────────────────────────────▶ closed
 *
 * Only `open` takes posts: from `closing` on the connection is gone for everybody but the socket itself.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
import type { WebSocket } from 'ws';
import type { Clock } from '../parts.js';
import type { ConnectionFacts } from './socket-event.js';

export const MAX_FRAME_BYTES = 32 * 1024;
export const MAX_MESSAGE_BYTES = 128 * 1024;
const IDLE_TIMEOUT_MS = 10 * 60_000;
const MAX_DURATION_MS = 2 * 60 * 60_000;

/** What a client that does not read may keep waiting here; AWS does not say how much it keeps. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** How a connection ended, as `$disconnect` tells it. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

type ConnectionState =
  | { readonly kind: 'open' }
  | { readonly kind: 'closing'; readonly ending: Ending }
  | { readonly kind: 'closed'; readonly ending: Ending };

/** What a connection needs and whom it tells. */
export interface ConnectionOptions {
  readonly facts: ConnectionFacts;
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly onFrame: (text: string) => void;
  /** Called once, when the socket is gone. */
  readonly onClosed: (ending: Ending) => void;
}

/** A live connection. */
export class SocketConnection {
  readonly facts: ConnectionFacts;
  lastActiveAtMs: number;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  #state: ConnectionState = { kind: 'open' };
  #cancelIdle: () => void;
  readonly #cancelDuration: () => void;

  constructor({ facts, socket, clock, onFrame, onClosed }: ConnectionOptions) {
    this.facts = facts;
    this.#socket = socket;
    this.#clock = clock;
    this.lastActiveAtMs = clock.now();
    this.#cancelIdle = clock.after(IDLE_TIMEOUT_MS, () => this.#checkIdle());
    this.#cancelDuration = clock.after(facts.connectedAtMs + MAX_DURATION_MS - clock.now(), () => this.close(1001, 'Going away'));
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary, onFrame));
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => this.#finish({ code, reason: reason.toString() }, onClosed));
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open';
  }

  /** Sends one text message in frames of at most 32 KB. `'full'` when the client does not read fast enough. */
  send(message: Uint8Array): 'sent' | 'gone' | 'full' {
    if (!this.isOpen) return 'gone';
    const waiting = this.#socket.bufferedAmount;
    if (waiting > 0 && waiting + message.length > MAX_BUFFERED_BYTES) return 'full';
    this.#touch();
    for (let start = 0; start === 0 || start < message.length; start += MAX_FRAME_BYTES) {
      const end = start + MAX_FRAME_BYTES;
      this.#socket.send(message.subarray(start, end), { binary: false, fin: end >= message.length }, () => undefined);
    }
    return 'sent';
  }

  /** Starts the closing handshake. Does nothing when the connection is already on its way out. */
  close(code: number, reason: string): void {
    if (!this.isOpen) return;
    this.#state = { kind: 'closing', ending: { code, reason } };
    this.#socket.close(code, reason);
  }

  /** Cuts the TCP connection without a close frame, as a lost network does. */
  drop(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer, isBinary: boolean, onFrame: (text: string) => void): void {
    if (!this.isOpen) return;
    this.#touch();
    if (isBinary) this.close(1003, 'Unsupported data');
    else onFrame(data.toString('utf8'));
  }

  #touch(): void {
    this.lastActiveAtMs = this.#clock.now();
  }

  #checkIdle(): void {
    const idleMs = this.#clock.now() - this.lastActiveAtMs;
    if (idleMs >= IDLE_TIMEOUT_MS) this.close(1001, 'Going away');
    else this.#cancelIdle = this.#clock.after(IDLE_TIMEOUT_MS - idleMs, () => this.#checkIdle());
  }

  #finish(received: Ending, onClosed: (ending: Ending) => void): void {
    if (this.#state.kind === 'closed') return;
    const ending = this.#state.kind === 'closing' ? this.#state.ending : received;
    this.#state = { kind: 'closed', ending };
    this.#cancelIdle();
    this.#cancelDuration();
    onClosed(ending);
  }
}
