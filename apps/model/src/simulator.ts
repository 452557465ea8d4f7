/**
 * Virtual time: a queue of what happens when. Between two events everything that promises have set off is run to its end, by letting the
 * event loop turn: each event is a callback of `setImmediate`, and Node drains its microtasks after every one. A turn of the loop costs
 * more than an event, so events are laid into a turn by the dozen. Nothing in the model may wait for the real world, or order would be
 * lost: no timers of the platform, no files, no `crypto.subtle`.
 */

/** Virtual time and its queue. */
export interface Simulator {
  /** Milliseconds since the beginning. */
  readonly nowMs: number;
  /** Events that have been run. */
  readonly steps: number;
  /** Runs once after a delay; the answer cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Resolves after a delay. */
  sleep(delayMs: number): Promise<void>;
  /** Runs everything up to a moment, and rejects with what an event throws. */
  runUntil(endMs: number): Promise<void>;
}

/** Events in one turn of Node's loop. */
const EVENTS_OF_A_TURN = 64;

interface Entry {
  readonly atMs: number;
  /** Of two events at one time, the one that was set first goes first. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** A clock at 0 and an empty queue. */
export function createSimulator(): Simulator {
  const queue: Entry[] = [];
  let nowMs = 0;
  let order = 0;
  let steps = 0;

  /** Runs the next event that is due; `false` when there is none. */
  const step = (endMs: number): boolean => {
    for (let entry = queue[0]; entry !== undefined && entry.atMs <= endMs; entry = queue[0]) {
      removeFirst(queue);
      if (!entry.run) continue;
      nowMs = entry.atMs;
      steps += 1;
      entry.run();
      return true;
    }
    nowMs = endMs;
    return false;
  };
  const after = (delayMs: number, run: () => void) => {
    const entry: Entry = { atMs: nowMs + Math.max(0, delayMs), order: order++, run };
    insert(queue, entry);
    return () => {
      entry.run = undefined;
    };
  };
  return {
    get nowMs() {
      return nowMs;
    },
    get steps() {
      return steps;
    },
    after,
    sleep: (delayMs) =>
      new Promise((resolve) => {
        after(delayMs, resolve);
      }),
    runUntil: (endMs) =>
      new Promise((resolve, reject) => {
        let isOver = false;
        const end = (settle: () => void) => {
          isOver = true;
          settle();
        };
        const turn = () => {
          if (isOver) return;
          try {
            if (!step(endMs)) end(resolve);
          } catch (cause) {
            end(() => reject(cause));
          }
        };
        const loop = () => {
          if (isOver) return;
          for (let at = 0; at < EVENTS_OF_A_TURN; at++) setImmediate(turn);
          setImmediate(loop);
        };
        loop();
      }),
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Into a binary heap, smallest first. */
function insert(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Entry;
    if (!isBefore(entry, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = entry;
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop() as Entry;
  const { length } = heap;
  if (length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= length) break;
    if (below + 1 < length && isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below += 1;
    const child = heap[below] as Entry;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
}
