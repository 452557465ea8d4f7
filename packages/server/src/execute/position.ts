/**
 * `ctx.position`: where a topic of the service stands, for answers of state and position together. Read the position before the state: an
 * event in between is then in both, and never in neither. A client loads both and follows with the position as `lastEventId`.
 */

import type { AnyService } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { topicName } from '../topics/topic-name.js';
import type { PositionOf } from './function-parts.js';

/** `ctx.position` without its types. */
export function createPosition(
  service: AnyService,
  position: PositionOf | undefined,
): (subscription: string, key: string) => Promise<string> {
  return async (subscription, key) => {
    const procedure = Object.hasOwn(service.procedures, subscription) ? service.procedures[subscription] : undefined;
    if (procedure?.kind !== 'subscription' || !position)
      throw new GatewayError('INTERNAL_SERVER_ERROR', `position of ${service.name}.${subscription}, which is no subscription`);
    return position(topicName(service.name, subscription, key));
  };
}
