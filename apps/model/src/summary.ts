/**
 * What many runs came to, as a table for people.
 */

import { FAULTS, type Fault } from './faults.js';
import type { RunResult } from './run-seed.js';
import { timeText } from './trace.js';

/** Adds runs up. */
export interface Summary {
  add(result: RunResult): void;
  /** Runs in which something did not hold. */
  readonly broken: number;
  text(): string;
}

/** Of no runs yet. */
export function createSummary(): Summary {
  const faults = new Map<Fault, number>();
  const totals = { runs: 0, published: 0, deliveries: 0, resets: 0, syncs: 0, posts: 0, late: 0, tookMs: 0 };
  let broken = 0;
  let worst: RunResult | undefined;
  return {
    get broken() {
      return broken;
    },
    add(result) {
      totals.runs += 1;
      totals.published += result.published;
      totals.deliveries += result.deliveries;
      totals.resets += result.resets;
      totals.syncs += result.syncs;
      totals.posts += result.posts;
      totals.late += result.late;
      totals.tookMs += result.tookMs;
      if (result.violations.length > 0) broken += 1;
      if (!worst || result.worstMs > worst.worstMs) worst = result;
      for (const [fault, count] of result.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
    },
    text() {
      const { runs, published, deliveries, resets, syncs, posts, late, tookMs } = totals;
      const rows: readonly (readonly [string, string | number])[] = [
        ['runs', runs],
        ['runs in which something did not hold', broken],
        ['virtual time', `${Math.round(tookMs / 3_600_000)} h`],
        ['events published', published],
        ['events delivered', deliveries],
        ['posts per delivery', (posts / Math.max(1, deliveries)).toFixed(2)],
        ['questions (gw.sync)', syncs],
        ['explicit resets', resets],
        ['delivered over 5 s after the next was stored', late],
        ['longest from storing to delivery', `${timeText(worst?.worstMs ?? 0)} (seed ${worst?.seed})`],
        ['', ''],
        ...FAULTS.map((fault) => [fault, faults.get(fault) ?? 0] as const),
      ];
      return rows.map(([name, value]) => `${name.padEnd(46)}${String(value).padStart(12)}`.trimEnd()).join('\n');
    },
  };
}
