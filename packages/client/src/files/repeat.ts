/**
 * Repeats what failed because of the connection or a busy service, after pauses that grow and are never the same.
 */

import type { Clock } from '../clock.js';

export interface RepeatOptions {
  /** How often it is tried. */
  readonly attempts: number;
  /** Whether trying again may help. */
  readonly mayRepeat: (failure: unknown) => boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

const FIRST_PAUSE_MS = 400;

/** What the first attempt that succeeds gives. @throws what the last one threw, or the signal's reason */
export async function repeat<TResult>(run: () => Promise<TResult>, options: RepeatOptions): Promise<TResult> {
  const { attempts, mayRepeat, signal, random } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await run();
    } catch (failure) {
      signal.throwIfAborted();
      if (attempt >= attempts || !mayRepeat(failure)) throw failure;
    }
    // From half of it on, so that a short one is still a pause.
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + random() / 2), options);
  }
}

function pause(delayMs: number, { clock, signal }: RepeatOptions): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
