/**
 * What both faces of the client stand on, the typed proxy and the tRPC link: calls over HTTP, and a socket for subscriptions and for the
 * calls that ask for it.
 */

import { type Caller, callerOf } from './call.js';
import type { ClientControls, SubscriptionState } from './client-types.js';
import { connectionStore } from './connection-state.js';
import { httpCarrier } from './http/carrier.js';
import type { GatewayClientOptions } from './options.js';
import { socketConnection } from './socket/connection.js';
import { type Feed, feedsOf, type SubscribeArguments } from './socket/feed.js';
import { lateCarrier } from './socket/late-calls.js';

/** A subscription as client-types.ts has it, untyped. */
export interface UntypedSubscription extends AsyncIterable<unknown, void> {
  tracked(): AsyncIterable<unknown, void>;
  readonly state: SubscriptionState;
  readonly stalenessMs: number;
}

/** Calls and subscriptions, untyped. */
export interface Engine {
  readonly controls: ClientControls;
  readonly call: Caller;
  /** Makes what subscribes to a procedure. An input that is too large, or that JSON cannot carry, throws when a loop begins. */
  subscribe(path: string): (...own: SubscribeArguments) => UntypedSubscription;
}

/** Opens and sends nothing yet. @throws TypeError when there is no URL */
export function createEngine(options: GatewayClientOptions): Engine {
  const carry = httpCarrier(options);
  const store = connectionStore();
  const { random = Math.random, validate } = options;
  const session = `s${[random(), random()].map((part) => part.toString(36).slice(2)).join('')}`;
  const askTicket = callerOf(options, carry)('mutation', 'gw.ticket');
  const connection = socketConnection({ ...options, session, store, askTicket });
  const carryOver = lateCarrier(options, session, connection);
  const open = feedsOf(options, connection);
  return {
    controls: { $connection: store, $close: connection.close },
    call: callerOf(options, (call) => (call.over === 'socket' ? carryOver : carry)(call)),
    subscribe:
      (path) =>
      (...own) => {
        let latest: Feed | undefined;
        const events = (tracked: boolean) => ({
          [Symbol.asyncIterator]() {
            const run = () => open(path, tracked, own);
            latest = validate ? validate(path, own[0], run, tracked) : run();
            return latest;
          },
        });
        return {
          ...events(false),
          tracked: () => events(true),
          get state() {
            return latest?.state() ?? 'connecting';
          },
          get stalenessMs() {
            return latest?.stalenessMs() ?? Number.POSITIVE_INFINITY;
          },
        };
      },
  };
}
