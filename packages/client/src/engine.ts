/**
 * What both faces of the client stand on, the typed proxy and the tRPC link: calls over HTTP, and a socket for subscriptions and for the
 * calls that ask for it.
 */

import { type Caller, callerOf } from './call.js';
import type { ClientControls } from './client-types.js';
import { connectionStore } from './connection-state.js';
import { httpCarrier } from './http/carrier.js';
import type { GatewayClientOptions } from './options.js';
import { socketConnection } from './socket/connection.js';
import { feedsOf, type SubscribeArguments } from './socket/feed.js';
import { carryOver } from './socket/socket-call.js';

/** A subscription as client-types.ts has it, untyped. */
export interface UntypedSubscription extends AsyncIterable<unknown, void> {
  tracked(): AsyncIterable<unknown, void>;
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
  const connection = socketConnection(options, store);
  const open = feedsOf(options, connection);
  return {
    controls: { $connection: store, $close: connection.close },
    call: callerOf(options, (call) => (call.over === 'socket' ? carryOver(connection, call) : carry(call))),
    subscribe:
      (path) =>
      (...own) => {
        const events = (tracked: boolean) => ({ [Symbol.asyncIterator]: () => open(path, tracked, own) });
        return { ...events(false), tracked: () => events(true) };
      },
  };
}
