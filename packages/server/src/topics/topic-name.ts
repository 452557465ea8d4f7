/**
 * Names of topics: `service.subscription/key`. The key is what a subscription's handler returns for a caller.
 */

import { GatewayError } from '@org/gateway-core/errors';

/** Bytes of a DynamoDB partition key are limited to 2,048; this leaves room for the prefix. */
const MAX_KEY_LENGTH = 512;

/**
 * The topic of a subscription and key.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for an empty or overlong key: the handler chose it.
 */
export function topicName(service: string, subscription: string, key: string): string {
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new GatewayError(
      'INTERNAL_SERVER_ERROR',
      `bad topic key for ${service}.${subscription}: expected a text of 1 to ${MAX_KEY_LENGTH} characters`,
    );
  }
  return `${service}.${subscription}/${key}`;
}
