/** `ctx.…publish` to topics of another service, as granted by `topics(service).allow(…)`. */

import { GatewayError } from '@org/gateway-core/errors';
import type { SequencerQueue } from '../sequencer/sequencer-queue.js';
import type { TopicsGrant } from '../service/topics.js';
import type { AppendOptions } from '../topics/topic-log.js';
import type { Clock } from '../websocket/clock.js';
import { createPublisher } from './create-publisher.js';

export interface TopicsClientOptions {
  readonly grant: TopicsGrant<unknown>;
  /** Name of the topics table. */
  readonly location: string;
  /** Where events of sequenced subscriptions go. @default nowhere: publishing one is an error */
  readonly sequencer?: SequencerQueue | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
}

/** The client of a grant; subscriptions that it does not name are refused as IAM would. */
export function createTopicsClient({ grant, location, sequencer, ...basics }: TopicsClientOptions): object {
  const { service, operations } = grant;
  const { publish } = createPublisher({ service, topicsTable: location, sequencer, ...basics });
  const untyped = publish as unknown as {
    (subscription: string, key: string, event: unknown, options?: AppendOptions): Promise<string | undefined>;
    batch(subscription: string, key: string, events: readonly unknown[], options?: AppendOptions): Promise<string | undefined>;
  };
  const check = (subscription: string) => {
    if (operations.includes(subscription)) return;
    throw new GatewayError(
      'INTERNAL_SERVER_ERROR',
      `publish to ${service.name}.${subscription}: got a subscription that is not in \`uses\`, expected one of ${operations.join(', ')}; add it to topics(${service.name}).allow(…)`,
    );
  };
  return {
    publish: Object.assign(
      async (subscription: string, key: string, event: unknown, options?: AppendOptions) => {
        check(subscription);
        return untyped(subscription, key, event, options);
      },
      {
        batch: async (subscription: string, key: string, events: readonly unknown[], options?: AppendOptions) => {
          check(subscription);
          return untyped.batch(subscription, key, events, options);
        },
      },
    ),
  };
}
