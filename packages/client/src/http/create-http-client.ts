/**
 * The client without the socket, for pages that make calls only and count bytes.
 */

import type { AppContract } from '@org/gateway-contract';
import { type CallKind, startCall } from '../call.js';
import type { ContractLike, HttpClient } from '../client-types.js';
import type { CallOptions, HttpOptions } from '../options.js';
import { clientProxy } from '../proxy.js';
import { httpCarrier } from './carrier.js';

/**
 * Makes the typed client of a contract's queries and mutations.
 *
 * @throws TypeError when `url` is missing
 */
export function createHttpClient<TContract extends ContractLike = AppContract>(options: HttpOptions): HttpClient<TContract> {
  const carry = httpCarrier(options);
  const make = (path: string) => {
    const call =
      (kind: CallKind) =>
      (input?: unknown, own: CallOptions = {}) =>
        startCall({ kind, path, input, options: own }, options, carry);
    return { path, query: call('query'), mutate: call('mutation') };
  };
  return clientProxy({}, make) as HttpClient<TContract>;
}
