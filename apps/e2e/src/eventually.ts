/** Waiting for what happens in its own time: the bus, the index, a rebuild. */

import { vi } from 'vitest';

/** Longer than any of it takes on a busy machine. */
const PATIENCE_MS = 30_000;

/**
 * Asks again and again until the probe gives a value, and resolves with it. A probe that throws or gives undefined says: not yet.
 *
 * @throws what the probe threw last, after 30 s
 */
export function eventually<TValue>(probe: () => Promise<TValue | undefined> | TValue | undefined): Promise<TValue> {
  const ask = async (): Promise<TValue> => {
    const value = await probe();
    if (value === undefined) throw new Error(`not there after ${PATIENCE_MS / 1_000} s: ${probe}`);
    return value;
  };
  return vi.waitFor(ask, { timeout: PATIENCE_MS, interval: 50 });
}
