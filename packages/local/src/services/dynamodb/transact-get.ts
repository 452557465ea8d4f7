/**
 * TransactGetItems: up to 100 items as they were at one moment.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
 */
import type { Item, TableRecord } from './dynalite.js';
import { dynamoError, fromDynalite, validationError } from './errors.js';
import { type CheckedRequest, checkRequest } from './requests.js';
import { conflictReasons, transactionCanceled } from './transaction-canceled.js';
import { type Engine, itemKey, lockName } from './writes.js';

interface Get {
  readonly data: CheckedRequest;
  readonly table: TableRecord;
  readonly key: string;
}

const MAX_GETS = 100;

export async function transactGet(engine: Engine, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const gets = readGets(engine, input.TransactItems);
  const locks = gets.map(({ table, key }) => lockName(table.TableName, key));
  if (new Set(locks).size < locks.length) throw validationError('Transaction request cannot include multiple operations on one item');
  const lock = await engine.locks.acquire(locks, 'read', 'conflict');
  if ('conflicts' in lock) throw transactionCanceled(conflictReasons(locks, lock.conflicts));
  try {
    const items = await Promise.all(gets.map(({ table, key }) => engine.store.getItem(table.TableName, key)));
    const responses = items.map((item, index) => (item ? { Item: projected(engine, gets[index]!, item) } : {}));
    return { Responses: responses, ...consumedCapacity(engine, input, { gets, items }) };
  } finally {
    lock.release();
  }
}

function readGets(engine: Engine, items: unknown): readonly Get[] {
  const { store } = engine;
  if (!Array.isArray(items) || items.length < 1 || items.length > MAX_GETS) {
    const bound = Array.isArray(items) && items.length > MAX_GETS ? `less than or equal to ${MAX_GETS}` : 'greater than or equal to 1';
    throw validationError(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  return items.map((item: { readonly Get?: Readonly<Record<string, unknown>> } | null, index) => {
    if (!item?.Get) {
      throw validationError(
        `1 validation error detected: Value null at 'transactItems.${index + 1}.member.get' failed to satisfy constraint: Member must not be null`,
      );
    }
    const data = checkRequest(store, 'GetItem', item.Get);
    const table = store.findTable(data.TableName as string);
    if (!table) throw dynamoError('ResourceNotFoundException', 'Requested resource not found');
    const invalidPath = store.dynalite.db.validateKeyPaths(projectionOf(data)?.nestedPaths, table);
    if (invalidPath) throw fromDynalite(invalidPath);
    return { data, table, key: itemKey(store, 'GetItem', table, data) };
  });
}

function projectionOf(data: CheckedRequest) {
  return data._projection as { readonly paths: readonly unknown[]; readonly nestedPaths: unknown } | undefined;
}

function projected(engine: Engine, get: Get, item: Item): Item {
  const projection = projectionOf(get.data);
  return projection ? engine.store.dynalite.db.mapPaths(projection.paths, item) : item;
}

/** A read in a transaction costs twice a consistent read. */
function consumedCapacity(
  engine: Engine,
  input: Readonly<Record<string, unknown>>,
  { gets, items }: { readonly gets: readonly Get[]; readonly items: readonly (Item | undefined)[] },
): Record<string, unknown> {
  const wanted = input.ReturnConsumedCapacity;
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {};
  const units = new Map<string, number>();
  for (const [index, { table }] of gets.entries()) {
    const cost = 2 * engine.store.dynalite.db.capacityUnits(items[index], true, true);
    units.set(table.TableName, (units.get(table.TableName) ?? 0) + cost);
  }
  return {
    ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits, ReadCapacityUnits: CapacityUnits })),
  };
}
