/** Runs tasks of one key one after the other and tasks of different keys side by side. */

/** Runs `task` when every earlier task of the key has ended; gives its result or its error. */
export type KeyQueue = <TResult>(key: string, task: () => Promise<TResult>) => Promise<TResult>;

export function createKeyQueue(): KeyQueue {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const before = tails.get(key);
    const run = before ? before.then(task, task) : task();
    tails.set(key, run);
    try {
      return await run;
    } finally {
      if (tails.get(key) === run) tails.delete(key);
    }
  };
}
