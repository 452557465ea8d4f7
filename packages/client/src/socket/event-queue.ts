/**
 * What lies between events that come when they like and a loop that takes them when it can: entries in order, then an end. Whoever fills
 * it minds its length.
 */

/** An event, or word that events before it are missing for good. */
export type Entry = { readonly id: string; readonly data: unknown } | ResetNotice;

/** Events were missed for good; those after the position follow. */
export interface ResetNotice {
  /**
   * `epoch`: the log was lost and begun again; `trimmed`: they are no longer kept; `far`: they are too many; `ahead`: there is no such event.
   */
  readonly reason: string;
  /** Event id after which the subscription goes on. */
  readonly position: string;
}

/** What a queue tells its owner. */
export interface QueueOwner {
  /** Yield events with their ids. */
  readonly tracked: boolean;
  /** In its place among the events; what it answers is waited for. */
  onReset(notice: ResetNotice): unknown;
  /** What the data of an event stands for: fetched where it was too large to be sent, and without texts for what JSON has no form for. */
  meaning(data: unknown): unknown;
  /** The last entry has been taken. */
  onEmpty(): void;
  /** Nothing is read any more. */
  onDone(): void;
}

/** A queue with an end. */
export interface EventQueue {
  push(entry: Entry): void;
  /** No more entries; what is queued is still handed out, then the error, once. A second end takes the first one's place. */
  end(error?: Error): void;
  /** Hands events out, in order also to calls of `next` that wait at the same time. */
  readonly events: AsyncGenerator<unknown, void>;
}

/** A queue of these entries, which its owner may count and clear. */
export function eventQueue(entries: Entry[], { tracked, onReset, meaning, onEmpty, onDone }: QueueOwner): EventQueue {
  let isEnded = false;
  let failure: Error | undefined;
  /** Lets a reader look again. */
  let wake = () => {};

  async function* read(): AsyncGenerator<unknown, void> {
    try {
      for (;;) {
        const entry = entries.shift();
        if (entry) {
          if (!entries.length) onEmpty();
          if ('reason' in entry) await onReset(entry);
          else yield tracked ? { ...entry, data: await meaning(entry.data) } : meaning(entry.data);
        } else if (failure) throw failure;
        else if (isEnded) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      onDone();
    }
  }

  return {
    push(entry) {
      entries.push(entry);
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
