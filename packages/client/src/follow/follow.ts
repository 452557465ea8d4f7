/**
 * Follows a state: loads it with the position it was read at, then yields the events after that position. The position is read before the
 * state, so an event may be in the state already; none is missed. When events were missed for good, the state is loaded anew.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Subscription, TrackedEvent } from '../client-types.js';

/** A state as a query answers it: `position` is an event id, read before `state`. */
export interface Positioned<TState> {
  readonly state: TState;
  readonly position: string;
}

/** What to load and what to follow. */
export interface FollowOptions<TState, TEvent> {
  /** Called at first, and whenever events were missed for good. */
  readonly load: () => Promise<Positioned<TState>>;
  /** Called after it: `({ lastEventId }) => gateway.chat.messages.subscribe({ room }, { lastEventId, signal })`. */
  readonly subscribe: (options: { readonly lastEventId: string }) => Subscription<TEvent>;
}

/** A state that takes the place of everything before it, or an event after it. */
export type Followed<TState, TEvent> =
  | { readonly kind: 'state'; readonly state: TState }
  | ({ readonly kind: 'event' } & TrackedEvent<TEvent>);

/**
 * Yields a state, then the events after it; after missed events a state again. It ends when the subscription does, and throws what `load`
 * throws, and what ends the subscription for another reason than missed events.
 */
export async function* follow<TState, TEvent>({
  load,
  subscribe,
}: FollowOptions<TState, TEvent>): AsyncGenerator<Followed<TState, TEvent>, void> {
  for (;;) {
    const { state, position } = await load();
    yield { kind: 'state', state };
    try {
      for await (const event of subscribe({ lastEventId: position }).tracked()) yield { kind: 'event', ...event };
      return;
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === 'PRECONDITION_FAILED')) throw error;
    }
  }
}
