/**
 * The client a program uses: `gateway.documents.get.query(input)` is a call of `documents.get`, over HTTP or the socket.
 */

import type { AppContract } from '@org/gateway-contract';
import type { CallKind } from './call.js';
import type { ContractLike, GatewayClient } from './client-types.js';
import { createEngine } from './engine.js';
import type { CallOptions, GatewayClientOptions, SubscribeOptions } from './options.js';
import { clientProxy } from './proxy.js';

/**
 * Makes the typed client of a contract. Nothing is opened or sent until a call is made.
 *
 * @throws TypeError when `url` is missing
 */
export function createGatewayClient<TContract extends ContractLike = AppContract>(options: GatewayClientOptions): GatewayClient<TContract> {
  const engine = createEngine(options);
  const make = (path: string) => {
    const call =
      (kind: CallKind) =>
      (input?: unknown, own: CallOptions = {}) =>
        engine.call({ kind, path, input, options: own });
    const subscribe = (input?: unknown, own: SubscribeOptions = {}) => {
      const events = (tracked: boolean) => ({
        [Symbol.asyncIterator]: () => engine.subscribe({ path, input, options: own, tracked }),
      });
      return { ...events(false), tracked: () => events(true) };
    };
    return { path, query: call('query'), mutate: call('mutation'), subscribe };
  };
  return clientProxy({ $connection: engine.connection, $close: engine.close }, make) as GatewayClient<TContract>;
}
