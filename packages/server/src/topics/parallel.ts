/**
 * Bounded work in parallel, and in order where order counts.
 */

/** Runs a task for every item, at most `limit` at a time. Rejects with the first failure once the running tasks have ended. */
export async function forEachParallel<TItem>(items: Iterable<TItem>, limit: number, task: (item: TItem) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = iterator.next(); !next.done && failures.length === 0; next = iterator.next()) {
      await task(next.value).catch((cause: unknown) => failures.push(cause));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Tasks of one key run one after the other in the order they came; keys run in parallel, at most `limit` at a time. */
export interface Lanes {
  run<TResult>(key: string, task: () => Promise<TResult>): Promise<TResult>;
}

/** Lanes without work. A failing task fails its own promise only. */
export function createLanes(limit: number): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async () => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
  };
  /** Hands the place on to who waits, or gives it back. */
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running--;
  };
  return {
    run: (key, task) => {
      const turn = (tails.get(key) ?? Promise.resolve()).then(async () => {
        await enter();
        try {
          return await task();
        } finally {
          leave();
        }
      });
      const tail = turn.catch(() => {});
      tails.set(key, tail);
      void tail.then(() => tails.get(key) === tail && tails.delete(key));
      return turn;
    },
  };
}
