/**
 * What a hook remembers of its subscription, as an external store of React's: a state that changes seldom, and the last event, which counts
 * as a change only once somebody has read it. https://react.dev/reference/react/useSyncExternalStore
 */

import type { SubscriptionState, TrackedEvent } from '../client-types.js';
import type { EventLoop } from './follow-events.js';

/** What a component is drawn from; a new object whenever it is to be drawn again. */
export interface Seen {
  readonly state: SubscriptionState | 'idle' | 'ended' | 'failed';
  readonly error: unknown;
}

const IDLE: Seen = { state: 'idle', error: undefined };
const CONNECTING: Seen = { state: 'connecting', error: undefined };

/** The store of one hook. A key is an input; what is remembered of another one is not shown. */
export interface SubscriptionStore {
  readonly subscribe: (listener: () => void) => () => void;
  seen(key: string): Seen;
  /** The last event; from now on events are changes. */
  readEvent(key: string): TrackedEvent<unknown> | undefined;
  /** The last event's, to go on after it. */
  lastEventId(key: string): string | undefined;
  stalenessMs(): number;
  begin(key: string, loop: EventLoop): void;
  setState(next: Seen): void;
  setEvent(event: TrackedEvent<unknown>): void;
}

/** A store that has seen nothing. */
export function subscriptionStore(): SubscriptionStore {
  const listeners = new Set<() => void>();
  let owner = '';
  let loop: EventLoop | undefined;
  let seen = IDLE;
  let event: TrackedEvent<unknown> | undefined;
  let isEventRead = false;
  const show = (next: Seen) => {
    seen = next;
    for (const listener of listeners) listener();
  };
  const eventOf = (key: string) => (key === owner ? event : undefined);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // Without a key nothing is followed; with another one, not yet.
    seen: (key) => (key === '' ? IDLE : key === owner ? seen : CONNECTING),
    readEvent(key) {
      isEventRead = true;
      return eventOf(key);
    },
    lastEventId: (key) => eventOf(key)?.id,
    stalenessMs: () => loop?.stalenessMs() ?? Number.POSITIVE_INFINITY,
    begin(key, next) {
      if (key !== owner) event = undefined;
      owner = key;
      loop = next;
      show(CONNECTING);
    },
    setState(next) {
      if (next.state !== seen.state || next.error !== seen.error) show(next);
    },
    setEvent(next) {
      event = next;
      if (isEventRead) show({ ...seen });
    },
  };
}
