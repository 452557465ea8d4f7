/**
 * A subscription as a hook. It follows as long as the component is there, survives reconnects, and has the cache patched or whatever else
 * its callbacks do. The component draws again when the state changes, and at events only if it reads them.
 */

import { useEffect, useInsertionEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import type { SubscriptionClient, SubscriptionState, TrackedEvent } from '../client-types.js';
import type { ResetNotice } from '../socket/event-queue.js';
import { type EventSource, followEvents } from './follow-events.js';
import type { EventPatch } from './patch-on.js';
import { inputText, isSkipped } from './query-key.js';
import type { InputAndOptions } from './query-types.js';
import { type SubscriptionStore, subscriptionStore } from './subscription-store.js';

/** What to do with events. Callbacks may be new ones at every rendering. */
export interface UseSubscriptionOptions<TEvent> {
  /** @default true */
  readonly enabled?: boolean | undefined;
  /** Where to begin: continue after this event. Absent: events published from now on. Read when the subscription is opened. */
  readonly lastEventId?: string | undefined;
  /** Called for each event, once and in order. */
  readonly onEvent?: ((event: TEvent, id: string) => void) | undefined;
  /** Events were missed for good; the subscription goes on after `notice.position` once what this answers has settled. Load anew here. */
  readonly onReset?: ((notice: ResetNotice) => unknown) | undefined;
  /** Called when the server has started it, and again after every reconnect. */
  readonly onStarted?: (() => void) | undefined;
  /** Queries whose data the events change: made by `patchOn`. */
  readonly patches?: readonly EventPatch<TEvent>[] | undefined;
}

/** What is seen of a subscription. */
export interface SubscriptionView<TEvent> {
  /** `idle`: not enabled, or skipped. `ended`: by the server or `$close()`. `failed`: it cannot go on. The others are the client's. */
  readonly state: SubscriptionState | 'idle' | 'ended' | 'failed';
  /** The last event. Reading it while rendering has the component drawn at every event. */
  readonly event: TEvent | undefined;
  readonly eventId: string | undefined;
  /** What it failed with. */
  readonly error: unknown;
  /** Now: time since it was last known to lack nothing. */
  readonly stalenessMs: number;
  /** Opens it again, after the last event. */
  readonly restart: () => void;
}

/**
 * Follows a subscription.
 *
 * @param call the input, or a symbol, as `skipToken` of TanStack, and the options
 */
export function useSubscription<TInput, TEvent, TErrors>(
  procedure: SubscriptionClient<TInput, TEvent, TErrors>,
  ...call: InputAndOptions<TInput, symbol, UseSubscriptionOptions<TEvent>>
): SubscriptionView<TEvent>;
export function useSubscription(
  procedure: { readonly path: string; readonly subscribe: EventSource['subscribe'] },
  input?: unknown,
  options: UseSubscriptionOptions<unknown> = {},
): SubscriptionView<unknown> {
  const isOn = options.enabled !== false && !isSkipped(input);
  const key = isOn ? procedure.path + inputText(input) : '';
  const [round, restart] = useReducer((count: number) => count + 1, 0);
  const [store] = useState(subscriptionStore);
  const latest = useRef({ input, options });
  useInsertionEffect(() => {
    latest.current = { input, options };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` opens it again; the input is in the key.
  useEffect(() => {
    if (isOn) return open(store, procedure, key, latest);
  }, [store, procedure, key, isOn, round]);
  const { state, error } = useSyncExternalStore(
    store.subscribe,
    () => store.seen(key),
    () => store.seen(key),
  );
  return {
    state,
    error,
    restart,
    get event() {
      return store.readEvent(key)?.data;
    },
    get eventId() {
      return store.readEvent(key)?.id;
    },
    get stalenessMs() {
      return store.stalenessMs();
    },
  };
}

interface Latest {
  readonly current: { readonly input: unknown; readonly options: UseSubscriptionOptions<unknown> };
}

/** Opens it; the answer closes it. */
function open(store: SubscriptionStore, { subscribe }: Pick<EventSource, 'subscribe'>, key: string, latest: Latest): () => void {
  let hasStarted = false;
  const now = () => latest.current.options;
  const loop = followEvents(
    { subscribe, input: latest.current.input, lastEventId: store.lastEventId(key) ?? now().lastEventId },
    {
      onStarted() {
        const { patches = [], onStarted } = now();
        if (!hasStarted) for (const patch of patches) patch.onFirstStarted();
        hasStarted = true;
        onStarted?.();
      },
      onEvent(event: TrackedEvent<unknown>) {
        const { patches = [], onEvent } = now();
        store.setEvent(event);
        for (const patch of patches) patch.onEvent(event.data);
        onEvent?.(event.data, event.id);
      },
      onReset(notice) {
        const { patches = [], onReset } = now();
        return Promise.all([...patches.map((patch) => patch.onReset()), onReset?.(notice)]);
      },
      onState: (state) => store.setState({ state, error: undefined }),
      onEnd: (error) => store.setState({ state: error === undefined ? 'ended' : 'failed', error }),
    },
  );
  store.begin(key, loop);
  return loop.stop;
}
