/**
 * Runs a call with a key at most once, and answers its repetitions: PROTOCOL.md P3.23.
 *
 * Whatever the handler ended in is the reply, errors too: nobody knows what it did before it failed. Not kept are failures from before the
 * handler ran (authorization, validation, no time left), and unplanned failures of an idempotent procedure: both may be tried again with the
 * same key. A reply that cannot be stored is answered all the same; a repetition then finds its execution cut off.
 */

import { ERROR_CODES } from '@org/gateway-core/errors';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../websocket/clock.js';
import { inputHashOf, rowName } from './reply-key.js';
import { MAX_REPLY_BYTES, type ReplyStore } from './reply-store.js';

/** What calls with a key need of their function. */
export interface Replies {
  readonly store: ReplyStore;
  readonly clock: Pick<Clock, 'sleep'>;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A call that is to run once. */
export interface OnceCall {
  readonly key: string;
  readonly path: string;
  readonly userId: string | null;
  readonly input: unknown;
  readonly idempotent: boolean;
  /** How long the function can run yet. */
  readonly leaseMs: number;
  readonly requestId: string;
  /** Aborted at the call's deadline. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Clocks of two functions differ by less, and a function is stopped by then. */
const LEASE_MARGIN_MS = 1_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * The outcome of this execution, or of the one before.
 *
 * @throws GatewayError SERVICE_UNAVAILABLE when the store cannot be asked; nothing ran then.
 */
export async function runOnce(replies: Replies, call: OnceCall, run: () => Promise<Outcome>): Promise<Outcome> {
  const { path, requestId, signal, idempotent, leaseMs } = call;
  const at = { path, requestId };
  const claim = { row: rowName(call), inputHash: inputHashOf(call.input), leaseMs: leaseMs + LEASE_MARGIN_MS, idempotent };
  for (let attempt = 0; !signal.aborted; attempt++) {
    const begun = await replies.store.begin(claim);
    switch (begun.state) {
      case 'execute':
        return execution(replies.store, call, { row: claim.row, token: begun.token }, run);
      case 'replied':
        return JSON.parse(begun.reply) as Outcome;
      case 'conflict':
        return failure('CONFLICT', `${path}: the key was used with another input; take a new key for another call`, at);
      case 'cut off':
        return failure('CONFLICT', `${path} with this key was cut off, and nobody can tell whether it ran; look, then take a new key`, at);
      case 'running':
        await replies.clock.sleep(pauseMs(attempt, replies.random), signal);
        break;
      default:
        return begun satisfies never;
    }
  }
  return failure('TIMEOUT', `${path} with this key was still running; ask again with the same key`, at);
}

async function execution(
  store: ReplyStore,
  call: OnceCall,
  { row, token }: { readonly row: string; readonly token: string },
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const { path, requestId, log, signal } = call;
  const outcome = signal.aborted ? undefined : await run();
  const { text, sent } = outcome === undefined ? late(call) : replyOf(outcome, call);
  try {
    const kept = outcome !== undefined && !(call.idempotent && isUnplanned(outcome));
    const ours = kept ? await store.finish(row, token, text) : await store.release(row, token);
    if (!ours) log.warn('a call with a key took longer than its lease, and another one has its place', { path, requestId });
  } catch (cause) {
    log.error('the reply of a call with a key could not be stored; a repetition will not be answered with it', { path, requestId, cause });
  }
  return sent;
}

interface Reply {
  readonly text: string;
  readonly sent: Outcome;
}

/** What is stored and what is sent: the same but for a reply that is too large to keep. */
function replyOf(outcome: Outcome, { path, requestId, log }: OnceCall): Reply {
  const { text, sent } = encoded(outcome, { path, requestId, log });
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_REPLY_BYTES) return { text, sent };
  const message = `${path} ran, and its reply of ${bytes} bytes was more than the ${MAX_REPLY_BYTES} that are kept; read what it did`;
  return { text: JSON.stringify(failure('PAYLOAD_TOO_LARGE', message, { path, requestId })), sent };
}

/** What JSON cannot carry (a bigint) is the service's failure, as it is without a key. */
function encoded(outcome: Outcome, { path, requestId, log }: Pick<OnceCall, 'path' | 'requestId' | 'log'>): Reply {
  try {
    return { text: JSON.stringify(outcome), sent: outcome };
  } catch (cause) {
    const sent = failureOf(cause, path, requestId, log);
    return { text: JSON.stringify(sent), sent };
  }
}

/** The key became ours when there was no time left: nothing ran. */
function late({ path, requestId }: OnceCall): Reply {
  const sent = failure('TIMEOUT', `${path} had no time left when it could begin; ask again with the same key`, { path, requestId });
  return { text: '', sent };
}

/** No declared error, and none that the same call would end in again. */
function isUnplanned(outcome: Outcome): boolean {
  if (outcome.ok || outcome.error.error !== undefined) return false;
  const { httpStatus, retryable } = ERROR_CODES[outcome.error.code];
  return retryable || httpStatus >= 500 || outcome.error.code === 'FAILED_DEPENDENCY';
}

function pauseMs(attempt: number, random: () => number): number {
  const capMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
  return capMs / 2 + (capMs / 2) * random();
}
