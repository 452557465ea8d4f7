/**
 * `MessageBus` on a DynamoDB table whose stream is read by workers: a row per message, for a week. A partition is a key, so its rows
 * reach the stream in the order they were written. A row is written once: the same id again changes nothing and reaches nobody.
 */

import { backendFailure } from '../resources/backend-failure.js';
import type { Dynamo } from '../resources/dynamo.js';
import { sdkErrorName } from '../resources/sdk-failure.js';
import { BUS_TABLE_KEYS, type BusResource } from '../service/bus.js';
import type { MessageBus } from './message-bus.js';
import { BUS_TABLE_MESSAGE, type WireMessage, writeMessage } from './wire-message.js';

export interface TableBusOptions {
  readonly resource: BusResource;
  readonly tableName: string;
  readonly dynamo: () => Promise<Pick<Dynamo, 'put' | 'toAttributes'>>;
}

/** A worker that is behind longer than the stream's 24 hours can still be helped by hand. */
const KEPT_SECONDS = 7 * 86_400;

/** Opens nothing until the first message. */
export function createTableBus({ resource, tableName, dynamo }: TableBusOptions): MessageBus {
  return {
    publish: async (message) => {
      const row = rowOf(message);
      try {
        const db = await dynamo();
        await db.put({
          TableName: tableName,
          Item: db.toAttributes(row),
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': BUS_TABLE_KEYS.partitionKey },
        });
      } catch (cause) {
        if (sdkErrorName(cause) === 'ConditionalCheckFailedException') return;
        throw backendFailure(cause, { resource, physicalName: tableName, operation: 'publish', action: 'dynamodb:PutItem' });
      }
    },
  };
}

function rowOf(message: WireMessage): Readonly<Record<string, unknown>> {
  const { key, id, name, publishedAtMs } = message;
  return {
    [BUS_TABLE_KEYS.partitionKey]: key,
    [BUS_TABLE_KEYS.sortKey]: id,
    [BUS_TABLE_KEYS.expiresAt]: Math.ceil(publishedAtMs / 1_000) + KEPT_SECONDS,
    name,
    [BUS_TABLE_MESSAGE]: writeMessage(message),
  };
}
