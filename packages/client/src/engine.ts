/**
 * What both faces of the client stand on, the typed proxy and the tRPC link: calls over HTTP, and a socket for subscriptions and for the
 * calls that ask for it.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type Caller, callerOf } from './call.js';
import type { ClientControls, SubscriptionState } from './client-types.js';
import { systemClock } from './clock.js';
import { connectionStore } from './connection-state.js';
import { encodeValue } from './encode-value.js';
import { failure } from './failure.js';
import { httpCarrier } from './http/carrier.js';
import type { GatewayClientOptions, SubscribeOptions } from './options.js';
import type { Feed } from './socket/feed.js';
import { lateSocket } from './socket/late-socket.js';

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
  /** Makes what subscribes to a procedure. An input that JSON cannot carry throws when a loop begins. */
  subscribe(path: string): (input?: unknown, options?: SubscribeOptions) => UntypedSubscription;
}

/** Opens and sends nothing yet. @throws TypeError when there is no URL */
export function createEngine(options: GatewayClientOptions): Engine {
  const { clock = systemClock, validate } = options;
  const store = connectionStore();
  const carry = httpCarrier(options);
  const call = callerOf(options, (each) => (each.over === 'socket' ? socket.carry : carry)(each));
  const socket = lateSocket({ ...options, clock, store, failure, GatewayError, callerOf, httpCarrier });
  return {
    controls: { $connection: store, $close: socket.close },
    call,
    subscribe:
      (path) =>
      (input, own = {}) => {
        /** Of the latest loop, once it is open. */
        let feed: Feed | undefined;
        const events = (tracked: boolean) => ({
          [Symbol.asyncIterator]() {
            feed = undefined;
            const run = () => {
              const json = JSON.stringify(input, encodeValue);
              return socket.loop(own.signal, ({ open }) => {
                feed = open(path, tracked, json, own);
                return feed;
              });
            };
            return validate ? validate(path, input, run, tracked) : run();
          },
        });
        return {
          ...events(false),
          tracked: () => events(true),
          get state() {
            return feed?.state() ?? 'connecting';
          },
          get stalenessMs() {
            return feed?.stalenessMs() ?? Number.POSITIVE_INFINITY;
          },
        };
      },
  };
}
