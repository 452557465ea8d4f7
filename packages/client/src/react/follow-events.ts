/**
 * One loop over a subscription, for hooks: it begins in the next microtask, so that an effect that React's StrictMode takes back at once has
 * opened nothing, and ends when it is stopped. Callbacks see events in order. What they throw is thrown as uncaught: the loop goes on.
 */

import type { Subscription, SubscriptionState, TrackedEvent } from '../client-types.js';
import type { SubscribeOptions } from '../options.js';
import type { ResetNotice } from '../socket/event-queue.js';

/** Who listens. */
export interface EventFollower {
  /** The first time, and after every reconnect. */
  onStarted(): void;
  onEvent(event: TrackedEvent<unknown>): void;
  /** What it answers is waited for before the next event. */
  onReset(notice: ResetNotice): unknown;
  /** Its state may be another. */
  onState(state: SubscriptionState): void;
  /** It has ended: by the server or `$close()`, or with what it failed with. Not when it was stopped. */
  onEnd(failure?: unknown): void;
}

/** What is followed. */
export interface EventSource {
  readonly subscribe: (input: unknown, options: SubscribeOptions) => Subscription<unknown>;
  readonly input: unknown;
  /** Continue after this event. */
  readonly lastEventId: string | undefined;
}

/** A loop that runs. */
export interface EventLoop {
  stop(): void;
  stalenessMs(): number;
}

/** Begins a loop. */
export function followEvents({ subscribe, input, lastEventId }: EventSource, follower: EventFollower): EventLoop {
  const controller = new AbortController();
  const { signal } = controller;
  let stream: Subscription<unknown> | undefined;
  /** Nothing is told once it was stopped. */
  const tell = <TResult>(callback: () => TResult) => (signal.aborted ? undefined : guarded(callback));
  const onState = () => tell(() => stream && follower.onState(stream.state));
  const run = async () => {
    await null;
    if (signal.aborted) return;
    stream = subscribe(input, {
      signal,
      lastEventId,
      onState,
      onStarted() {
        tell(follower.onStarted);
        onState();
      },
      onReset: (notice) => tell(() => follower.onReset(notice)),
    });
    for await (const event of stream.tracked()) tell(() => follower.onEvent(event));
  };
  run().then(
    () => tell(() => follower.onEnd()),
    (failure: unknown) => tell(() => follower.onEnd(failure)),
  );
  return { stop: () => controller.abort(), stalenessMs: () => stream?.stalenessMs ?? Number.POSITIVE_INFINITY };
}

function guarded<TResult>(callback: () => TResult): TResult | undefined {
  try {
    return callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
