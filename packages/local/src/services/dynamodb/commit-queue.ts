/**
 * Writes batches to LevelDB in the order they were handed in, so that a stream's records become readable in sequence. What is
 * handed in while a write is under way goes out together with the next one. A batch is applied as a whole or not at all, also when
 * the process is killed; LevelDB has written it to its log (the operating system's cache) when the promise resolves.
 */
import type { BatchOperation, Level } from './dynalite.js';

export interface CommitQueue {
  /** Resolves when the batch is written. */
  commit(operations: readonly BatchOperation[]): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly operations: readonly BatchOperation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createCommitQueue(level: Pick<Level, 'batch'>): CommitQueue {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await level.batch(group.flatMap((each) => each.operations));
        for (const each of group) each.resolve();
      } catch (error) {
        for (const each of group) each.reject(error);
      }
    }
    running = undefined;
  }

  return {
    commit: (operations) =>
      new Promise((resolve, reject) => {
        waiting.push({ operations, resolve, reject });
        running ??= run();
      }),
    idle: async () => {
      await running;
    },
  };
}
