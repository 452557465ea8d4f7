/**
 * Sends the parts of an upload, some at a time, each as often as it takes. When a part fails for good the others are stopped: what has
 * arrived stays at the bucket, and another run sends the rest.
 */

export interface PartRun {
  /** Numbers of the parts that are missing. */
  readonly parts: readonly number[];
  /** How many are under way at a time. */
  readonly concurrency: number;
  /** How often a part is sent before its failure counts. */
  readonly attempts: number;
  /** Sends a part. */
  readonly send: (part: number, signal: AbortSignal) => Promise<void>;
  /** Whether sending again may help. */
  readonly mayRepeat: (failure: unknown) => boolean;
  /** Waits before a part is sent again. @param attempt how often it failed, from 1 */
  readonly pause: (attempt: number) => Promise<void>;
  /** Stops all of them. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when every part has arrived.
 *
 * @throws what the first part that failed for good threw, or the signal's reason.
 */
export async function runParts({ parts, concurrency, signal, ...how }: PartRun): Promise<void> {
  const stop = new AbortController();
  const stopAll = () => stop.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', stopAll, { once: true });
  const queue = parts[Symbol.iterator]();
  const sendNext = async () => {
    for (const part of queue) await sendPart(part, how, stop.signal);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, parts.length) }, sendNext));
  } catch (failure) {
    stop.abort(failure);
    throw failure;
  } finally {
    signal.removeEventListener('abort', stopAll);
  }
}

async function sendPart(
  part: number,
  { attempts, send, mayRepeat, pause }: Pick<PartRun, 'attempts' | 'send' | 'mayRepeat' | 'pause'>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await send(part, signal);
    } catch (failure) {
      if (signal.aborted || attempt === attempts || !mayRepeat(failure)) throw failure;
      await pause(attempt);
    }
  }
}
