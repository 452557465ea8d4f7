import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.js';

describe('a run', () => {
  it('is the same again for the same seed, to the last event', async () => {
    const [first, again, other] = [await runSeed({ seed: 7 }), await runSeed({ seed: 7 }), await runSeed({ seed: 8 })];
    expect(again.hash).toBe(first.hash);
    expect(again.steps).toBe(first.steps);
    expect(other.hash).not.toBe(first.hash);
  });
});
