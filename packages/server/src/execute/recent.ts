/**
 * `ctx.recent`: the newest events of one of the service's own topics, and the position after them. A caller that shows them and then follows
 * from that position misses nothing and sees nothing twice (PROTOCOL.md P3.9).
 */

import { type AnyService, wirePaths } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { formatEventId } from '@org/gateway-core/protocol';
import { revive } from '@org/gateway-core/wire-value';
import { topicName } from '../topics/topic-name.js';
import type { RecentText } from './function-parts.js';

/** Events with their ids, oldest first. */
export interface RecentEvents<TEvent> {
  readonly events: readonly { readonly id: string; readonly data: TEvent }[];
  /** `lastEventId` to follow with. */
  readonly position: string;
}

/** The reader of a service. Events that have expired are not among them. */
export function createRecent(
  service: AnyService,
  recent: RecentText | undefined,
): (subscription: string, key: string, limit: number) => Promise<RecentEvents<unknown>> {
  return async (subscription, key, limit) => {
    if (!recent || !Object.hasOwn(service.procedures, subscription)) {
      throw new GatewayError(
        'INTERNAL_SERVER_ERROR',
        `recent of ${service.name}.${subscription}, which is no subscription that can be read here`,
      );
    }
    const { events, position } = await recent(topicName(service.name, subscription, key), limit);
    const paths = wirePaths(service.procedures[subscription]?.output);
    const made = (data: string) => revive(JSON.parse(data), paths === 'each' ? [] : paths);
    return { events: events.map(({ data, ...at }) => ({ id: formatEventId(at), data: made(data) })), position };
  };
}
