/**
 * One query or mutation from its start to its end, whichever way it travels: the input's text, the deadline, the abort signal, and a
 * promise that settles once. The carrier (an HTTP batch or the socket) is told when the call ends.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import { systemClock } from './clock.js';
import { failure } from './failure.js';
import type { CallOptions, HeaderRecord, HttpOptions } from './options.js';

export type CallKind = 'query' | 'mutation';

/** A call under way. */
export interface Call {
  readonly kind: CallKind;
  /** `service.procedure`. */
  readonly path: string;
  /** The input as JSON; `undefined` is none. */
  readonly json: string | undefined;
  readonly headers: HeaderRecord | undefined;
  /** Ends it, with an error or with data; what comes after the first end is ignored. */
  end(error: GatewayError | undefined, data?: unknown): void;
  ended?: boolean;
  /** Set by the carrier: the call has ended. */
  onEnd?: () => void;
}

/** What a call is made of. */
export interface CallRequest {
  readonly kind: CallKind;
  readonly path: string;
  readonly input: unknown;
  readonly options: CallOptions;
}

/** Starts a call and hands it to its carrier. It rejects with a TypeError for an input JSON cannot carry (a bigint, a cycle). */
export function startCall(
  { kind, path, input, options }: CallRequest,
  { clock = systemClock, timeoutMs: defaultMs = 30_000 }: HttpOptions,
  carry: (call: Call) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { signal, headers, timeoutMs = defaultMs } = options;
    const call: Call = {
      kind,
      path,
      json: JSON.stringify(input),
      headers,
      end(error, data) {
        if (call.ended) return;
        call.ended = true;
        cancelDeadline();
        signal?.removeEventListener('abort', abort);
        if (error) reject(error);
        else resolve(data);
        call.onEnd?.();
      },
    };
    const abort = () => call.end(failure('CLIENT_CLOSED_REQUEST', path, 'was aborted', { cause: signal?.reason }));
    const cancelDeadline = clock.after(timeoutMs, () => call.end(failure('TIMEOUT', path, `got no answer within ${timeoutMs} ms`)));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else carry(call);
  });
}

/** The service of `service.procedure`. */
export function serviceOf(path: string): string {
  return path.split('.')[0] as string;
}
