/**
 * Many items at once, not atomically. DynamoDB may leave some of them over when it is busy; those are asked for again after a pause.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html and API_BatchWriteItem.html
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { BatchWrite } from '../service/table.js';
import { MAX_ATTEMPTS, pauseAfter } from './backoff.js';
import type { Dynamo, DynamoAttributes, DynamoWrites } from './dynamo.js';
import { checkItem } from './stored-item.js';
import { type Item, readAttributes, type TableParts } from './table-parts.js';

/** DynamoDB's limits for one request. */
const MAX_GETS = 100;
const MAX_WRITES = 25;

/**
 * The items that exist, in the order of their keys.
 *
 * @throws TypeError for over 100 keys.
 */
export async function batchGet(parts: TableParts, keys: readonly Item[]): Promise<readonly Item[]> {
  const { grant, run } = parts;
  if (keys.length > MAX_GETS)
    throw new TypeError(`[TABLE] ${grant.resource.name}: batchGet got ${keys.length} keys, expected at most ${MAX_GETS}`);
  // DynamoDB refuses a key that is asked for twice.
  const wanted = new Map(keys.map((key) => [keyText(parts, key), key]));
  const found = await run('batchGet', (db) =>
    getAll(
      parts,
      db,
      [...wanted.values()].map((key) => db.toAttributes(key)),
    ),
  );
  const items = new Map(found.map((item) => [keyText(parts, item), item]));
  const inOrder = [...wanted.keys()].map((text) => items.get(text)).filter((item) => item !== undefined);
  return (await Promise.all(inOrder.map((item) => checkItem(grant, item, 'read')))) as Item[];
}

async function getAll(parts: TableParts, db: Dynamo, keys: readonly DynamoAttributes[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  let left = keys;
  let fruitless = 0;
  while (left.length > 0) {
    const { Responses, UnprocessedKeys } = await db.batchGet({
      RequestItems: { [parts.tableName]: { Keys: [...left], ConsistentRead: true } },
    });
    items.push(...(Responses?.[parts.tableName] ?? []).map((attributes) => readAttributes(parts.grant, db, attributes)));
    const unprocessed = UnprocessedKeys?.[parts.tableName]?.Keys ?? [];
    fruitless = unprocessed.length < left.length ? 0 : fruitless + 1;
    left = unprocessed;
    if (left.length > 0) await pause(parts, fruitless);
  }
  return items;
}

/**
 * Puts and deletes, 25 a request.
 *
 * @throws TypeError when two writes are about the same item: which one is last would be chance.
 */
export async function batchWrite(parts: TableParts, writes: BatchWrite<Item, Item>): Promise<void> {
  const { put = [], delete: deleted = [] } = writes;
  const items = await Promise.all(put.map((item) => checkItem(parts.grant, item, 'written')));
  refuseTwice(parts, [...put, ...deleted]);
  await parts.run('batchWrite', (db) =>
    writeAll(parts, db, [
      ...items.map((item) => ({ PutRequest: { Item: db.toAttributes(item) } })),
      ...deleted.map((key) => ({ DeleteRequest: { Key: db.toAttributes(key) } })),
    ]),
  );
}

async function writeAll(parts: TableParts, db: Dynamo, requests: DynamoWrites[string]): Promise<void> {
  const left = [...requests];
  let fruitless = 0;
  while (left.length > 0) {
    const sent = left.splice(0, MAX_WRITES);
    const { UnprocessedItems } = await db.batchWrite({ RequestItems: { [parts.tableName]: sent } });
    const unprocessed = UnprocessedItems?.[parts.tableName] ?? [];
    fruitless = unprocessed.length < sent.length ? 0 : fruitless + 1;
    left.push(...unprocessed);
    if (unprocessed.length > 0) await pause(parts, fruitless);
  }
}

/** Before the next attempt; only attempts that got nothing done, one after the other, are counted. */
async function pause(parts: TableParts, fruitless: number): Promise<void> {
  if (fruitless >= MAX_ATTEMPTS)
    throw new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] storage is busy: part of a batch was left over; try again');
  await pauseAfter(Math.max(1, fruitless), parts);
}

function refuseTwice(parts: TableParts, items: readonly Item[]): void {
  const seen = new Set<string>();
  for (const text of items.map((item) => keyText(parts, item))) {
    if (seen.has(text))
      throw new TypeError(`[TABLE] ${parts.grant.resource.name}: batchWrite got two writes of the item ${text}, expected one`);
    seen.add(text);
  }
}

function keyText({ grant: { resource } }: TableParts, item: Item): string {
  return JSON.stringify(
    resource.sortKey === undefined ? [item[resource.partitionKey]] : [item[resource.partitionKey], item[resource.sortKey]],
  );
}
