/**
 * `publish`: events are validated against the contract, then stored and delivered under `service.subscription/key`, by the sequencer where
 * the contract says so.
 */

import { type AnyService, wirePaths } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { wireForm } from '@org/gateway-core/wire-value';
import type { AppendOptions } from '../topics/topic-log.js';
import { topicName } from '../topics/topic-name.js';
import type { PublishText } from './function-parts.js';
import { describeIssues, validate } from './validate.js';

/** `publish` without its types. */
export interface UntypedPublish {
  (subscription: string, key: string, event: unknown, options?: AppendOptions): Promise<string | undefined>;
  batch(subscription: string, key: string, events: readonly unknown[], options?: AppendOptions): Promise<string | undefined>;
}

/**
 * The publisher of a service. An event that breaks its schema is the publisher's bug: INTERNAL_SERVER_ERROR, and nothing is stored, of a
 * batch not one event.
 */
export function createPublish(service: AnyService, publish: PublishText): UntypedPublish {
  const send = async (subscription: string, key: string, events: readonly unknown[], options?: AppendOptions) => {
    const procedure = Object.hasOwn(service.procedures, subscription) ? service.procedures[subscription] : undefined;
    if (procedure?.kind !== 'subscription')
      throw new GatewayError('INTERNAL_SERVER_ERROR', `publish to ${service.name}.${subscription}, which is no subscription`);
    const results = await Promise.all(events.map((event) => validate(procedure.output, event)));
    const texts = results.map((result) => {
      if (result.success) return JSON.stringify(wirePaths(procedure.output).length > 0 ? wireForm(result.data).data : result.data);
      throw new GatewayError(
        'INTERNAL_SERVER_ERROR',
        `event of ${service.name}.${subscription} does not fit: ${describeIssues(result.error.issues).text}`,
      );
    });
    const [only] = texts;
    const stored = texts.length === 1 && only !== undefined ? only : texts;
    const { retainSeconds = 86_400, sequenced } = procedure.meta;
    return publish(topicName(service.name, subscription, key), stored, retainSeconds, sequenced ? { ...options, sequenced } : options);
  };
  return Object.assign(
    (subscription: string, key: string, event: unknown, options?: AppendOptions) => send(subscription, key, [event], options),
    { batch: send },
  );
}
