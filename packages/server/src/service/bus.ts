/**
 * A message bus between services, as it is declared: the messages of a contract, and how they travel. Workers consume it (`worker.ts`).
 *
 * - `sns-sqs`: an SNS topic, and per worker an SQS queue with a dead-letter queue.
 * - `table`: a DynamoDB table that keeps the messages for a week, and per worker a reader of its stream.
 *
 * With `ordered`, messages of one key arrive in the order they were published (FIFO topics and queues; a table's partition does it anyway).
 * Either way a message arrives at least once: workers must bear a repetition.
 */

import type { MessageData, MessageGroup, MessageInput } from '@org/gateway-core';
import { checkResourceName, type Grant } from './grant.js';

export interface BusResource {
  readonly kind: 'bus';
  readonly name: string;
  readonly transport: 'sns-sqs' | 'table';
  readonly ordered: boolean;
}

export interface PublishOptions {
  /** Messages of one key stay in order on an ordered bus. @default the message's own id: no order */
  readonly key?: string;
  /** Publishing the same id under the same key again within five minutes changes nothing on an ordered bus. @default a new one */
  readonly id?: string;
}

/** The operations. Each rejects with a GatewayError: SERVICE_UNAVAILABLE when throttled or out of reach, INTERNAL_SERVER_ERROR otherwise. */
export interface BusClient<TMessages> {
  /** Resolves with the message's id once the bus keeps it. Rejects with PAYLOAD_TOO_LARGE for over 250,000 bytes of JSON. */
  publish<TName extends keyof TMessages & string>(
    name: TName,
    data: MessageInput<TMessages[TName]>,
    options?: PublishOptions,
  ): Promise<string>;
}

export type BusOperation = keyof BusClient<never>;

export interface BusGrant<TClient> extends Grant<TClient> {
  readonly resource: BusResource;
  readonly messages: MessageGroup;
}

/** Some messages of a bus as the source of a worker. */
export interface BusMessages<TMessages, TName extends keyof TMessages & string> {
  readonly kind: 'messages';
  readonly resource: BusResource;
  readonly messages: MessageGroup;
  readonly names: readonly TName[];
  /** Types only; never set. */
  readonly '~data'?: { readonly [TEach in TName]: MessageData<TMessages[TEach]> };
}

/** A declared bus. */
export interface Bus<TMessages> {
  readonly resource: BusResource;
  allow<const TOperations extends readonly BusOperation[]>(
    ...operations: TOperations
  ): BusGrant<Pick<BusClient<TMessages>, TOperations[number]>>;
  /** Messages of these names, as the source of a worker. */
  on<const TNames extends readonly (keyof TMessages & string)[]>(...names: TNames): BusMessages<TMessages, TNames[number]>;
}

/**
 * Declares a bus.
 *
 * @throws TypeError for a name that is no logical id.
 */
export function bus<TMessages extends MessageGroup['messages']>(
  name: string,
  messages: MessageGroup<string, TMessages>,
  options: { readonly transport: BusResource['transport']; readonly ordered?: boolean },
): Bus<TMessages> {
  checkResourceName('bus', name);
  const resource: BusResource = { kind: 'bus', name, transport: options.transport, ordered: options.ordered ?? false };
  const action = resource.transport === 'table' ? 'dynamodb:PutItem' : 'sns:Publish';
  return {
    resource,
    allow: (...operations) => ({ resource, messages, operations, statements: [{ actions: [action], targets: [{ part: 'self' }] }] }),
    on: (...names) => ({ kind: 'messages', resource, messages, names }),
  };
}

/** The table of a bus with that transport: keys, expiry in epoch seconds, stream of new images. */
export const BUS_TABLE_KEYS = { partitionKey: 'key', sortKey: 'id', expiresAt: 'expiresAtSeconds' } as const;
