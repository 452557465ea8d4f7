/**
 * Publishing from a Lambda that is no service or worker of the gateway: an application's own function with a role that may use the topics
 * table. Its rights are those of `PUBLISH_ACTIONS` on the table, with `dynamodb:LeadingKeys` limited to `leadingKeysOf` the subscription.
 */

import type { AnyService } from '@org/gateway-core';
import { formatEventId } from '@org/gateway-core/protocol';
import type { Publish } from '../execute/handler-types.js';
import { createPublish } from '../execute/publish.js';
import { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
import { createKeyTable, createKeyTableSdk, type KeyTableSdkOptions } from '../topics/key-table.js';
import { type Clock, systemClock } from '../websocket/clock.js';
import { newAlphanumericId } from '../websocket/new-id.js';

export interface CreatePublisherOptions<TService extends AnyService> {
  /** The service of the contract whose subscriptions are published to. */
  readonly service: TService;
  /** Name of the stage's topics table. */
  readonly topicsTable: string;
  /** Where DynamoDB is and who asks. @default the SDK's own: the function's region and role */
  readonly aws?: KeyTableSdkOptions;
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  /** Letters and digits, at most 32, unique. @default random ones */
  readonly newId?: () => string;
}

/** A publisher; make one per process, because it remembers where topics stand. */
export interface Publisher<TService extends AnyService> {
  readonly publish: Publish<TService>;
  /** Closes its connections. */
  close(): Promise<void>;
}

/** `createPublisher({ service: inference, topicsTable }).publish('labelled', id, event)`. Nothing is opened before the first event. */
export function createPublisher<TService extends AnyService>({
  service,
  topicsTable,
  aws = {},
  clock = systemClock,
  random = Math.random,
  newId = newAlphanumericId,
}: CreatePublisherOptions<TService>): Publisher<TService> {
  const sdk = createKeyTableSdk(aws);
  const topics = createDynamoTopicLog({ table: createKeyTable(sdk, topicsTable), clock, random, newId });
  const publish = createPublish(service, async (topic, events, retainSeconds, options) =>
    formatEventId(await topics.append(topic, events, retainSeconds, options)),
  );
  return { publish: publish as Publish<TService>, close: () => sdk.destroy() };
}
