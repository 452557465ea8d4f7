/**
 * The client a program uses: `gateway.documents.get.query(input)` is a call of `documents.get`, over HTTP or the socket.
 */

import type { AppContract } from '@org/gateway-contract';
import type { ContractLike, GatewayClient } from './client-types.js';
import { createEngine } from './engine.js';
import type { GatewayClientOptions } from './options.js';
import { clientProxy } from './proxy.js';

/**
 * Makes the typed client of a contract. Nothing is opened or sent until a call is made.
 *
 * @throws TypeError when `url` is missing
 */
export function createGatewayClient<TContract extends ContractLike = AppContract>(options: GatewayClientOptions): GatewayClient<TContract> {
  const { controls, call, subscribe } = createEngine(options);
  const make = (path: string) => ({
    path,
    query: call('query', path),
    mutate: call('mutation', path),
    subscribe: subscribe(path),
  });
  return clientProxy(controls, make) as GatewayClient<TContract>;
}
