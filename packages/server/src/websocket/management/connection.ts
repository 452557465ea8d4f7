/**
 * One keep-alive connection, one request at a time.
 *
 *   opening ──open──▶ idle ──exchange──▶ busy
 *                      ▲ └──────answer────┘ │
 *   any ──error, end, out of time, destroy──▶ closed
 *
 * The socket never holds the process: while something is under way, its caller does.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { SendError } from '../sender.js';
import { type Answer, readAnswer } from './answer.js';
import type { Endpoint } from './endpoint.js';

/** One slow connection holds its own frames up, and a stream shard with them, no longer than this per attempt. */
const CONNECT_TIMEOUT_MS = 1_000;
const ANSWER_TIMEOUT_MS = 2_000;

/** How often `tick` is to be called. */
export const TICK_MS = 100;

export interface HttpConnection {
  /**
   * Sends a request of `latin1` characters and resolves with its answer, or with `unanswered` when the peer closed the connection before
   * any of it came. Only for an idle connection.
   *
   * @throws SendError `timeout`, `failed`
   */
  exchange(request: string): Promise<Answer | 'unanswered'>;
  /** Since when it is idle; `undefined` when it is not. */
  readonly idleSinceMs: number | undefined;
  /** It has carried an exchange before. */
  readonly used: boolean;
  /**
   * Counts down what is under way, and fails it at the end. Ticks and not times, so that a process that was frozen, or had no CPU, does not
   * blame the endpoint for it.
   */
  tick(): void;
  /** Closes, and fails what is under way. */
  destroy(cause: SendError): void;
}

type State =
  | { readonly kind: 'opening'; ticksLeft: number; open(): void; fail(cause: SendError): void }
  | { readonly kind: 'idle'; readonly sinceMs: number }
  | { readonly kind: 'busy'; ticksLeft: number; settle(answer: Answer | 'unanswered'): void; fail(cause: SendError): void }
  | { readonly kind: 'closed' };

/** Answers have some 200 bytes; a longer one is read in more than one go. */
const READ_BYTES = 4_096;

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** It may carry the next request. */
  readonly onIdle: (connection: HttpConnection) => void;
  readonly onClose: (connection: HttpConnection) => void;
}

/** A connection that is about to open, and when it is idle. `opened` rejects with SendError `unreachable`. */
export function openConnection(options: ConnectionOptions): { readonly connection: HttpConnection; readonly opened: Promise<void> } {
  const { endpoint, clock, onIdle, onClose } = options;
  let state: State = { kind: 'closed' };
  let received = '';
  let used = false;
  let error: Error | undefined;

  const close = (cause: SendError) => {
    const last = state;
    if (last.kind === 'closed') return;
    state = { kind: 'closed' };
    socket.destroy();
    onClose(connection);
    if (last.kind !== 'idle') last.fail(cause);
  };

  const rest = () => {
    state = { kind: 'idle', sinceMs: clock.now() };
  };

  /** Settles the exchange when its answer is complete. */
  const advance = (ended: boolean) => {
    if (state.kind !== 'busy') return close(new SendError('failed', 'the endpoint spoke without having been asked'));
    try {
      const answer = readAnswer(received, ended);
      if (answer === undefined) return;
      const { settle } = state;
      used = true;
      if (answer.reusable) {
        rest();
        onIdle(connection);
      } else {
        state = { kind: 'idle', sinceMs: 0 };
        close(new SendError('failed', 'the endpoint ended the connection'));
      }
      settle(answer);
    } catch (cause) {
      close(new SendError('failed', `@connections gave no HTTP answer: ${messageOf(cause)}`, { cause }));
    }
  };

  /** The peer is done, or the connection broke: with an answer, before one, or in the middle of one. */
  const over = () => {
    if (state.kind === 'busy' && error === undefined && received !== '') advance(true);
    if (state.kind === 'busy' && received === '') {
      const { settle } = state;
      state = { kind: 'idle', sinceMs: 0 };
      close(new SendError('failed', 'the endpoint ended the connection'));
      return settle('unanswered');
    }
    if (state.kind === 'opening') return close(new SendError('unreachable', `no connection: ${messageOf(error)}`, { cause: error }));
    close(new SendError('failed', `the answer broke off: ${messageOf(error)}`, { cause: error }));
  };

  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const onread = {
    buffer,
    callback: (bytes: number) => {
      received += buffer.toString('latin1', 0, bytes);
      advance(false);
      return true;
    },
  };
  const socket: Socket = endpoint.open(onread, () => {
    if (state.kind !== 'opening') return;
    const { open } = state;
    rest();
    open();
  });
  socket.unref();
  socket.on('error', (cause) => {
    error = cause;
  });
  socket.on('end', over);
  socket.on('close', over);

  const opened = new Promise<void>((open, fail) => {
    state = { kind: 'opening', ticksLeft: CONNECT_TIMEOUT_MS / TICK_MS, open, fail };
  });
  const connection: HttpConnection = {
    exchange: (request) =>
      new Promise((settle, fail) => {
        if (state.kind !== 'idle') return settle('unanswered');
        received = '';
        state = { kind: 'busy', ticksLeft: ANSWER_TIMEOUT_MS / TICK_MS, settle, fail };
        socket.write(request, 'latin1');
      }),
    get idleSinceMs() {
      return state.kind === 'idle' ? state.sinceMs : undefined;
    },
    tick: () => {
      if (state.kind !== 'opening' && state.kind !== 'busy') return;
      state.ticksLeft--;
      if (state.ticksLeft > 0) return;
      if (state.kind === 'busy') close(new SendError('timeout', `no answer within ${ANSWER_TIMEOUT_MS} ms`));
      else close(new SendError('unreachable', `no connection within ${CONNECT_TIMEOUT_MS} ms`));
    },
    get used() {
      return used;
    },
    destroy: close,
  };
  return { connection, opened };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'the endpoint closed the connection';
}
