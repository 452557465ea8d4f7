/** A subscription as a test reads it: what came so far, and waiting for what is to come. */

interface SubscribeOptions {
  readonly signal: AbortSignal;
  readonly onStarted: () => void;
}

/** A running subscription. */
export interface Followed<TEvent> {
  /** Everything so far. */
  readonly events: readonly TEvent[];
  /** Resolves with everything so far once an event fits, one that came already among them. */
  until(fits: (event: TEvent) => boolean): Promise<readonly TEvent[]>;
  stop(): void;
}

/** Follows a subscription; resolves once it has started, so that nothing that is done then is missed. */
export async function follow<TEvent>(subscribe: (options: SubscribeOptions) => AsyncIterable<TEvent>): Promise<Followed<TEvent>> {
  const stop = new AbortController();
  const events: TEvent[] = [];
  const waiting = new Set<() => void>();
  let fail: (cause: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    const read = async () => {
      for await (const event of subscribe({ signal: stop.signal, onStarted: resolve })) {
        events.push(event);
        for (const look of waiting) look();
      }
    };
    read().catch((cause: unknown) => {
      reject(cause);
      fail(cause);
    });
  });
  return {
    events,
    until: (fits) => {
      const there = new Promise<readonly TEvent[]>((resolve) => {
        const look = () => {
          if (!events.some(fits)) return;
          waiting.delete(look);
          resolve([...events]);
        };
        waiting.add(look);
        look();
      });
      return Promise.race([there, failed]);
    },
    stop: () => stop.abort(),
  };
}
