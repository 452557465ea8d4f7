/**
 * Numbers that look random and are the same for the same seed. Everything in the model that is not decided by a clock is decided here.
 */

/** A stream of numbers. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** From `min` to below `max`. */
  between(min: number, max: number): number;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** True this often, from 0 to 1. */
  chance(probability: number): boolean;
  /** One of these. */
  pick<TItem>(items: readonly TItem[]): TItem;
  /** Waiting time until something that happens every `mean` on average, without memory. */
  wait(mean: number): number;
  /** A stream of its own, so that what one part draws moves nothing in another. */
  fork(): Random;
}

/** The stream of a seed. Mulberry32: 32 bits of state are plenty for some 100,000 draws. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: (items) => {
      const picked = items[below(items.length)];
      if (picked === undefined) throw new Error('[MODEL] nothing to pick from: got an empty list');
      return picked;
    },
    wait: (mean) => -mean * Math.log(1 - next()),
    fork: () => createRandom(below(2 ** 32)),
  };
}
