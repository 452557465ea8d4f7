/**
 * Sends the parts of an upload, some at a time. When a part fails for good the others are stopped: what has arrived stays at the bucket, and
 * another run sends the rest.
 */

export interface PartRun {
  /** How many parts there are; they are numbered from 1 and begun in order. */
  readonly parts: number;
  /** How many are under way at a time. */
  readonly concurrency: number;
  /** Sends a part, as often as it takes. */
  readonly send: (part: number, signal: AbortSignal) => Promise<void>;
  /** Stops all of them. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when every part has arrived, and rejects when no part is under way any more.
 *
 * @throws what the first part that failed threw, or the signal's reason.
 */
export async function runParts({ parts, concurrency, send, signal }: PartRun): Promise<void> {
  const stop = new AbortController();
  const stopAll = () => stop.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', stopAll, { once: true });
  let next = 1;
  const sendNext = async () => {
    while (next <= parts && !stop.signal.aborted) {
      const part = next;
      next += 1;
      await send(part, stop.signal).catch((failure) => stop.abort(failure));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, parts) }, sendNext));
  signal.removeEventListener('abort', stopAll);
  stop.signal.throwIfAborted();
}
