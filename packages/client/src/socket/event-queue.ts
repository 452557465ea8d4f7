/**
 * What lies between events that come when they like and a loop that takes them when it can: values in order, then an end. Whoever fills
 * it minds its length.
 */

/** A queue with an end. */
export interface EventQueue {
  push(value: unknown): void;
  /** No more values; what is queued is still handed out, then the error, once. A second end takes the first one's place. */
  end(error?: Error): void;
  /** Hands values out, in order also to calls of `next` that wait at the same time. */
  readonly events: AsyncGenerator<unknown, void>;
}

/** A queue of these values, which its owner may count and clear; `onEmpty` is called whenever the last one has been taken. */
export function eventQueue(values: unknown[], onEmpty: () => void): EventQueue {
  let isEnded = false;
  let failure: Error | undefined;
  /** Lets a reader look again. */
  let wake = () => {};

  async function* read(): AsyncGenerator<unknown, void> {
    for (;;) {
      if (values.length) {
        const value = values.shift();
        if (!values.length) onEmpty();
        yield value;
      } else if (failure) throw failure;
      else if (isEnded) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }

  return {
    push(value) {
      values.push(value);
      wake();
    },
    end(error) {
      failure = error;
      isEnded = true;
      wake();
    },
    events: read(),
  };
}
