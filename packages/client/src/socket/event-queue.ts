/**
 * What lies between events that come when they like and a loop that takes them when it can: values in order, then an end. Whoever fills
 * it minds its length.
 */

type Result = IteratorResult<unknown, undefined>;

/** A queue with an end. */
export interface EventQueue {
  readonly values: unknown[];
  push(value: unknown): void;
  /** No more values; what is queued is still handed out, then the error, once. */
  end(error?: Error): void;
  next(): Promise<Result>;
}

/** An empty queue; `onEmpty` is called whenever the last value has been taken. */
export function eventQueue(onEmpty: () => void): EventQueue {
  const values: unknown[] = [];
  let isEnded = false;
  let failure: Error | undefined;
  /** What every pending `next` waits for: something has changed. */
  let change: Promise<void> | undefined;
  let wake = () => {};

  return {
    values,
    push(value) {
      values.push(value);
      wake();
    },
    end(error) {
      if (!isEnded) failure = error;
      isEnded = true;
      wake();
    },
    async next() {
      while (!values.length && !isEnded) {
        change ??= new Promise((resolve) => {
          wake = () => {
            change = undefined;
            resolve();
          };
        });
        await change;
      }
      if (values.length) {
        const value = values.shift();
        if (!values.length) onEmpty();
        return { done: false, value };
      }
      const error = failure;
      failure = undefined;
      if (error) throw error;
      return { done: true, value: undefined };
    },
  };
}
