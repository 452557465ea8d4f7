/**
 * `TableClient` in memory, for tests of handlers: the same conditions, order, pages and cursors as the one on DynamoDB, and an index that
 * is never behind. Items are checked against their schema as on every real write.
 */

import { schemaOf } from '@org/gateway-core';
import type { ItemUpdate, TableClient, TableGrant, TransactStep, WriteCondition } from '@org/gateway-server/service';
import { type Item, pageOf } from './memory-query.fixture.js';

export interface MemoryTable extends TableClient<Item, Item, string> {
  /** What is stored, by JSON of the key. */
  readonly items: Map<string, Item>;
}

/** What a step is in memory; steps of several tables go into one transaction. */
interface MemoryStep {
  holds(): boolean;
  run(): void;
}

const STEP_LIMIT = 100;

/** An empty table. */
export function memoryTable({ resource, item: schema }: Pick<TableGrant<unknown>, 'resource' | 'item'>): MemoryTable {
  const items = new Map<string, Item>();
  const idOf = (item: Item) =>
    JSON.stringify([item[resource.partitionKey], resource.sortKey === undefined ? null : item[resource.sortKey]]);
  const stepOf = (key: Item, condition: WriteCondition<Item> | undefined, run: () => void): TransactStep & MemoryStep => {
    const step: MemoryStep = { holds: () => isMet(items.get(idOf(key)), condition), run };
    return { ...step, '~step': step };
  };
  const store = (item: Item) => void items.set(idOf(item), structuredClone(checked(schema, item)));
  const putStep = (item: Item, condition?: WriteCondition<Item>) => stepOf(item, condition, () => store(item));
  const updateStep = (key: Item, change: ItemUpdate<Item>, condition?: WriteCondition<Item>) =>
    stepOf(key, condition, () => store(changed({ ...key, ...items.get(idOf(key)) }, change)));
  const deleteStep = (key: Item, condition?: WriteCondition<Item>) => stepOf(key, condition, () => void items.delete(idOf(key)));
  return {
    items,
    get: async (key) => structuredClone(items.get(idOf(key))),
    batchGet: async (keys) => {
      if (keys.length > STEP_LIMIT) throw new Error(`got ${keys.length} keys, expected at most ${STEP_LIMIT}`);
      return keys.map((key) => structuredClone(items.get(idOf(key)))).filter((item) => item !== undefined);
    },
    put: async (item, condition) => runAll([putStep(item, condition)]),
    update: async (key, change, condition) => {
      return runAll([updateStep(key, change, condition)]) ? structuredClone(items.get(idOf(key))) : undefined;
    },
    delete: async (key, condition) => runAll([deleteStep(key, condition)]),
    batchWrite: async ({ put = [], delete: keys = [] }) =>
      void runAll([...put.map((item) => putStep(item)), ...keys.map((key) => deleteStep(key))]),
    query: async (request) => pageOf([...items.values()], resource, request),
    putStep,
    updateStep,
    deleteStep,
    checkStep: (key, condition) => stepOf(key, condition, () => undefined),
    transact: async (steps) => {
      if (steps.length > STEP_LIMIT) throw new Error(`got ${steps.length} steps, expected at most ${STEP_LIMIT}`);
      return runAll(steps.map((step) => step['~step'] as MemoryStep));
    },
  };
}

/** All steps, or none. */
function runAll(steps: readonly MemoryStep[]): boolean {
  if (!steps.every((step) => step.holds())) return false;
  for (const step of steps) step.run();
  return true;
}

function changed(item: Item, { set = {}, add = {}, remove = [] }: ItemUpdate<Item>): Item {
  const sums = Object.entries(add as Readonly<Record<string, number>>).map(([name, count]) => [
    name,
    ((item[name] ?? 0) as number) + count,
  ]);
  const kept = Object.entries({ ...item, ...set, ...Object.fromEntries(sums) }).filter(([name]) => !remove.includes(name));
  return Object.fromEntries(kept);
}

function checked(schema: TableGrant<unknown>['item'], item: Item): Item {
  const result = schemaOf(schema).safeParse(item);
  if (result.success) return result.data as Item;
  throw new Error(`the item does not fit: ${JSON.stringify(result.error.issues)}`);
}

function isMet(item: Item | undefined, condition: WriteCondition<Item> | undefined): boolean {
  if (condition === undefined) return true;
  if (condition.if === 'absent') return item === undefined;
  if (condition.if === 'present') return item !== undefined;
  return Object.entries(condition.if).every(([name, value]) => item?.[name] === value);
}
