/**
 * The client without the socket, for pages that make calls only and count bytes.
 */

import type { AppContract } from '@org/gateway-contract';
import { callerOf } from '../call.js';
import type { ContractLike, HttpClient } from '../client-types.js';
import type { HttpOptions } from '../options.js';
import { clientProxy } from '../proxy.js';
import { httpCarrier } from './carrier.js';

/**
 * Makes the typed client of a contract's queries and mutations.
 *
 * @throws TypeError when `url` is missing
 */
export function createHttpClient<TContract extends ContractLike = AppContract>(options: HttpOptions): HttpClient<TContract> {
  const call = callerOf(options, httpCarrier(options));
  const make = (path: string) => ({
    path,
    query: call('query', path),
    mutate: call('mutation', path),
  });
  return clientProxy({}, make) as HttpClient<TContract>;
}
