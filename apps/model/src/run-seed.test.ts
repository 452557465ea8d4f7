import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.js';

/** A sample of `npm run model -- --seeds 10000`, which has longer runs too. */
const SAMPLE = 25;

describe('a run', () => {
  it('is the same again for the same seed, to the last event', async () => {
    const run = (seed: number) => runSeed({ seed, shape: 'brief' });
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again.hash).toBe(first.hash);
    expect(again.steps).toBe(first.steps);
    expect(other.hash).not.toBe(first.hash);
  });

  it("keeps its connections clear of API Gateway's limits for hours when nothing goes wrong (P3.19, P3.21)", async () => {
    const { violations, tookMs } = await runSeed({ seed: 3, shape: 'long', only: new Set() });
    expect(violations).toEqual([]);
    expect(tookMs).toBeGreaterThan(7_200_000);
  });
});

describe('client and server, whatever goes wrong between them (P3.16 to P3.20, P3.23)', () => {
  it('deliver each event once and in order, or say so; run a call once; and leave nothing behind', async () => {
    const broken: string[] = [];
    let deliveries = 0;
    for (let seed = 1; seed <= SAMPLE; seed++) {
      const result = await runSeed({ seed, shape: 'brief' });
      deliveries += result.deliveries;
      const [first] = result.violations;
      if (first) broken.push(`npm run model -- --seed ${seed} --shape brief --trace: ${first}`);
    }
    expect(broken).toEqual([]);
    expect(deliveries).toBeGreaterThan(50 * SAMPLE);
  }, 180_000);
});
