/**
 * Publishing from a Lambda that is no service or worker of the gateway: an application's own function with a role that may use the topics
 * table. Its rights are those of `PUBLISH_ACTIONS` on the table, with `dynamodb:LeadingKeys` limited to `leadingKeysOf` the subscription.
 */

import type { AnyService } from '@org/gateway-core';
import type { Publish } from '../execute/handler-types.js';
import { createPublish } from '../execute/publish.js';
import { createSequencerQueue, type SequencerQueue } from '../sequencer/sequencer-queue.js';
import { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
import { createKeyTable, createKeyTableSdk, type KeyTableSdkOptions } from '../topics/key-table.js';
import { type Clock, systemClock } from '../websocket/clock.js';
import { newAlphanumericId } from '../websocket/new-id.js';
import { createPublishText } from './publish-text.js';

export interface CreatePublisherOptions<TService extends AnyService> {
  /** The service of the contract whose subscriptions are published to. */
  readonly service: TService;
  /** Name of the stage's topics table. */
  readonly topicsTable: string;
  /**
   * URL of the stage's sequencer queue, on which the role needs `sqs:SendMessage`; for subscriptions that are sequenced. Or the queue itself.
   * @default none
   */
  readonly sequencer?: string | SequencerQueue | undefined;
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
  sequencer,
  aws = {},
  clock = systemClock,
  random = Math.random,
  newId = newAlphanumericId,
}: CreatePublisherOptions<TService>): Publisher<TService> {
  const sdk = createKeyTableSdk(aws);
  const topics = createDynamoTopicLog({ table: createKeyTable(sdk, topicsTable), clock, random, newId });
  const queue = typeof sequencer === 'string' ? createSequencerQueue({ queueUrl: sequencer, newId, aws }) : sequencer;
  const publish = createPublish(service, createPublishText(topics, queue));
  return {
    publish: publish as Publish<TService>,
    close: async () => {
      await sdk.destroy();
      await queue?.close();
    },
  };
}
