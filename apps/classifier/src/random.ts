/** Random numbers that are the same in every run: mulberry32, a generator with 32 bits of state. https://github.com/cprosche/mulberry32 */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Makes a source. @param seed an integer; equal seeds give equal numbers */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One item of a list that is not empty. */
export function pick<TItem>(random: Random, items: readonly TItem[]): TItem {
  return items[Math.floor(random() * items.length)]!;
}

/** An integer from `from` to `to`, both included. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** The items in another order. */
export function shuffled<TItem>(random: Random, items: readonly TItem[]): TItem[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
