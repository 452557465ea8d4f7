/**
 * `ctx.publish`: an event is validated against the contract, then stored and delivered under `service.subscription/key`.
 */

import type { AnyService } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { topicName } from '../topics/topic-name.js';
import type { PublishText } from './function-parts.js';
import { describeIssues, validate } from './validate.js';

/** The publisher of a service. An event that breaks its schema is the service's bug: INTERNAL_SERVER_ERROR, and nothing is stored. */
export function createPublish(
  service: AnyService,
  publish: PublishText,
): (subscription: string, key: string, event: unknown) => Promise<string> {
  return async (subscription, key, event) => {
    const procedure = Object.hasOwn(service.procedures, subscription) ? service.procedures[subscription] : undefined;
    if (procedure?.kind !== 'subscription')
      throw new GatewayError('INTERNAL_SERVER_ERROR', `publish to ${service.name}.${subscription}, which is no subscription`);
    const result = await validate(procedure.output, event);
    if (!result.success) {
      throw new GatewayError(
        'INTERNAL_SERVER_ERROR',
        `event of ${service.name}.${subscription} does not fit: ${describeIssues(result.error.issues).text}`,
      );
    }
    return publish(topicName(service.name, subscription, key), JSON.stringify(result.data), procedure.meta.retainSeconds ?? 86_400);
  };
}
