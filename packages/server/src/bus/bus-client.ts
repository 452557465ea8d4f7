/**
 * `BusClient`: checks a message against its contract, gives it an id, a key and a time, and leaves it with the bus. What is published is
 * what the schema returns, so nothing travels that the contract does not have; it must fit the schema again at the consumer.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { describeIssues, validate } from '../execute/validate.js';
import { lazily } from '../resources/aws-options.js';
import { processSdk } from '../resources/sdk.js';
import type { BusClient, BusGrant, BusResource } from '../service/bus.js';
import type { MessageBus } from './message-bus.js';
import { createSnsBus } from './sns-bus.js';
import { createTableBus } from './table-bus.js';

export interface BusClientOptions {
  readonly grant: BusGrant<unknown>;
  /** The topic's ARN or the table's name. */
  readonly location: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Ids of messages. */
  readonly newId: () => string;
  /** @default the bus at `location` */
  readonly bus?: MessageBus;
}

/** A bus' client without the types of its messages. */
export type AnyBusClient = BusClient<MessagesOfAnyKind>;
type MessagesOfAnyKind = BusGrant<unknown>['messages']['messages'];

/** A client with every operation; `createClients` hands out the granted ones. */
export function createBusClient({ grant, location, now, newId, bus }: BusClientOptions): AnyBusClient {
  const { resource } = grant;
  const carrier = bus ?? openBus(resource, location);
  return {
    publish: async (name, data, options = {}) => {
      const checked = await checkMessage(grant, name, data);
      const id = options.id ?? newId();
      await carrier.publish({ name, id, key: options.key ?? id, publishedAtMs: now(), data: checked });
      return id;
    },
  };
}

function openBus(resource: BusResource, location: string): MessageBus {
  switch (resource.transport) {
    case 'sns-sqs':
      return createSnsBus({
        resource,
        topicArn: location,
        sns: lazily(async () => (await import('./sns.js')).openSns({})),
      });
    case 'table':
      return createTableBus({ resource, tableName: location, dynamo: processSdk().dynamo });
    default:
      return resource.transport satisfies never;
  }
}

/** @throws GatewayError INTERNAL_SERVER_ERROR that names message and field, and no value: the publisher is our own code. */
async function checkMessage({ resource, messages }: BusGrant<unknown>, name: string, data: unknown): Promise<unknown> {
  const message = Object.hasOwn(messages.messages, name) ? messages.messages[name] : undefined;
  if (!message) throw new GatewayError('INTERNAL_SERVER_ERROR', `bus ${resource.name} has no message "${name}" (${messages.name})`);
  const result = await validate(message.data, data);
  if (result.success) return result.data;
  const { text } = describeIssues(result.error.issues);
  throw new GatewayError('INTERNAL_SERVER_ERROR', `message ${name} published on bus ${resource.name} does not fit its schema: ${text}`);
}
