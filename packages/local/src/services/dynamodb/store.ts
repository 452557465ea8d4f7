/**
 * The LevelDB database under the DynamoDB stand-in: opening it, its tables (kept in memory, they are few), ranges of keys, and the
 * views of it that dynalite's actions work on. The layout of tables, items and tags is dynalite's; streams, TTL settings and
 * transaction tokens have prefixes of their own.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Stream } from 'node:stream';
import type { Environment } from '../../parts.js';
import { type CommitQueue, createCommitQueue } from './commit-queue.js';
import {
  type ActionStore,
  type BaseStore,
  type Callback,
  type Dynalite,
  type Item,
  type KeyRange,
  type Level,
  loadDynalite,
  type TableRecord,
} from './dynalite.js';
import { tableNotFound } from './errors.js';
import { indexesOf, indexKey, indexPrefix } from './index-entries.js';

export interface Store {
  readonly dynalite: Dynalite;
  readonly base: BaseStore;
  readonly commits: CommitQueue;
  tables(): readonly TableRecord[];
  /** Throws `ResourceNotFoundException`. */
  table(name: string): TableRecord;
  findTable(name: string): TableRecord | undefined;
  saveTable(table: TableRecord): Promise<void>;
  /** Removes the table and everything in it. */
  removeTable(name: string): Promise<void>;
  getItem(tableName: string, key: string): Promise<Item | undefined>;
  /** Entries of a key range, in pages, from one snapshot. */
  entries(range: KeyRange): AsyncGenerator<readonly [key: string, value: unknown]>;
  /**
   * A view for actions that only read; `data` is the request, whose start key is translated for indexes. What an action throws in
   * a callback goes to `fail`: nothing of dynalite may end the process.
   */
  readView(data: Readonly<Record<string, unknown>>, fail: (error: unknown) => void): ActionStore;
  clear(prefix: string): Promise<void>;
  close(): Promise<void>;
}

/** All keys that begin with a prefix; keys are ASCII. */
export function prefixRange(prefix: string): { readonly gte: string; readonly lt: string } {
  return { gte: prefix, lt: `${prefix}\u00ff` };
}

/** All items of a table begin with this. */
export function itemPrefix(tableName: string): string {
  return `item-${tableName}~`;
}

/** Opens or makes the database; `folder` is `undefined` for one in memory. */
export async function openStore(environment: Environment, folder: string | undefined): Promise<Store> {
  const dynalite = loadDynalite();
  if (folder !== undefined) await prepareFolder(folder);
  const base = dynalite.db.create({ ...(folder !== undefined && { path: folder }), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  base.tableDb.awsAccountId = environment.accountId;
  base.tableDb.awsRegion = environment.region;
  await openLevel(base.db, folder);
  const commits = createCommitQueue(base.db);
  const tables = new Map<string, TableRecord>();
  for await (const [, value] of entriesOf(base.db, prefixRange('table~')))
    tables.set((value as TableRecord).TableName, value as TableRecord);

  const table = (name: string): TableRecord => {
    const found = tables.get(name);
    if (!found) throw tableNotFound(name);
    return found;
  };
  return {
    dynalite,
    base,
    commits,
    tables: () => [...tables.values()],
    table,
    findTable: (name) => tables.get(name),
    async saveTable(record) {
      await commits.commit([{ type: 'put', key: `table~${record.TableName}`, value: record }]);
      tables.set(record.TableName, record);
    },
    async removeTable(name) {
      const record = table(name);
      tables.delete(name);
      await commits.commit([
        { type: 'del', key: `table~${name}` },
        { type: 'del', key: `ttl~${name}` },
      ]);
      const prefixes = indexesOf(record).map(([indexType, index]) => indexPrefix(indexType, name, index.IndexName));
      for (const prefix of [itemPrefix(name), `tag-${name}~`, `stream~${name}~`, ...prefixes]) await base.db.clear(prefixRange(prefix));
    },
    getItem: async (tableName, key) => (await base.db.get(itemPrefix(tableName) + key)) as Item | undefined,
    entries: (range) => entriesOf(base.db, range),
    readView: (data, fail) => readView({ base, dynalite, tables, fail }, data),
    clear: (prefix) => base.db.clear(prefixRange(prefix)),
    async close() {
      await commits.idle();
      await base.lifecycleManager.gracefulClose();
    },
  };
}

/** LevelDB would take a folder that lost its `CURRENT` for a new database, and the data in it for rubbish. */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = await readdir(folder);
  if (files.includes('CURRENT') || !files.some((file) => file.endsWith('.ldb') || file.startsWith('MANIFEST-'))) return;
  throw new Error(
    `cannot open the DynamoDB data in ${folder}: its file CURRENT is missing; restore it, or remove the folder to start empty`,
  );
}

/** Whether another process, or another stage of this one, has the database of a folder open. A missing or damaged one is not open. */
export async function isOpenElsewhere(folder: string): Promise<boolean> {
  if (!existsSync(join(folder, 'LOCK'))) return false;
  const base = loadDynalite().db.create({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  try {
    await base.db.open();
    return false;
  } catch (error) {
    return isLocked(error);
  } finally {
    await base.lifecycleManager.gracefulClose();
  }
}

function isLocked(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === 'LEVEL_LOCKED';
}

async function openLevel(level: Level, folder: string | undefined): Promise<void> {
  try {
    await level.open();
  } catch (error) {
    const reason = isLocked(error)
      ? 'another process has it open; stop the other stage or give this one its own data folder'
      : 'it cannot be read; remove it to start empty';
    throw new Error(`cannot open the DynamoDB data in ${folder}: ${reason}`, { cause: error });
  }
}

async function* entriesOf(level: Level, range: KeyRange): AsyncGenerator<readonly [key: string, value: unknown]> {
  const iterator = level.iterator(range);
  try {
    for (let page = await iterator.nextv(128); page.length > 0; page = await iterator.nextv(128)) yield* page;
  } finally {
    await iterator.close();
  }
}

interface ViewParts {
  readonly base: BaseStore;
  readonly dynalite: Dynalite;
  readonly tables: ReadonlyMap<string, TableRecord>;
  readonly fail: (error: unknown) => void;
}

function readView(parts: ViewParts, data: Readonly<Record<string, unknown>>): ActionStore {
  const { base, fail } = parts;
  return {
    options: base.options,
    tableDb: base.tableDb,
    getTable: tableGetter(parts.tables),
    getItemDb: (name) => ({
      get: (key: string, done: Callback<unknown>) => settle(base.db.get(itemPrefix(name) + key), { done, fail }),
      createValueStream: (range: KeyRange) => valueStream(parts, itemPrefix(name), range),
    }),
    getIndexDb: (indexType, tableName, indexName) => ({
      createValueStream: (range: KeyRange) =>
        valueStream(parts, indexPrefix(indexType === 'local' ? 'local' : 'global', tableName, indexName), fromStartKey(parts, data, range)),
    }),
    getTagDb: (name) => base.getTagDb(name),
  };
}

/** `getTable` as dynalite's actions call it: by name, and with `false` in between when a table of any status will do. */
export function tableGetter(tables: Pick<ReadonlyMap<string, TableRecord>, 'get'>): ActionStore['getTable'] {
  return (name, checkStatus, done) => {
    const finish = typeof checkStatus === 'function' ? checkStatus : done!;
    const found = tables.get(name);
    if (found) finish(null, found);
    else finish(notFoundForActions(name, typeof checkStatus === 'function'));
  };
}

/** The error object that dynalite's actions know; single-item operations leave the table's name out, as AWS does. */
function notFoundForActions(name: string, plain: boolean): Error {
  const message = plain ? 'Requested resource not found' : tableNotFound(name).message;
  const body = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message };
  return Object.assign(new Error(message), { name: 'NotFoundError', statusCode: 400, body });
}

/** Replaces the bound that dynalite made of `ExclusiveStartKey` by the entry's real key in the index. */
function fromStartKey({ dynalite, tables }: ViewParts, data: Readonly<Record<string, unknown>>, range: KeyRange): KeyRange {
  const start = data.ExclusiveStartKey as Item | undefined;
  const table = tables.get(data.TableName as string);
  const index = table && indexesOf(table).find(([, each]) => each.IndexName === data.IndexName)?.[1];
  if (!start || !table || !index) return range;
  const bound = dynalite.db.createIndexKey(start, table, index.KeySchema);
  const exact = indexKey(dynalite.db, start, table, index);
  return { ...range, ...(range.gt === bound && { gt: exact }), ...(range.lt === bound && { lt: exact }) };
}

/**
 * The values of a range below a prefix, as events the way dynalite's lazy lists want them. Unlike dynalite's own stream it closes its
 * iterator, and what a listener throws goes to `fail`.
 */
function valueStream({ base, fail }: ViewParts, prefix: string, range: KeyRange): Stream {
  const whole = prefixRange(prefix);
  const from = range.gte ? { gte: prefix + range.gte } : range.gt ? { gt: prefix + range.gt } : { gte: whole.gte };
  const to = range.lte ? { lte: prefix + range.lte } : range.lt ? { lt: prefix + range.lt } : { lt: whole.lt };
  let stopped = false;
  const stream = Object.assign(new Stream(), {
    destroy: () => {
      stopped = true;
    },
  });
  const pump = async (): Promise<void> => {
    for await (const [, value] of entriesOf(base.db, { ...from, ...to, reverse: range.reverse ?? false, limit: range.limit ?? -1 })) {
      stream.emit('data', value);
      if (stopped) return;
    }
    stream.emit('end');
  };
  queueMicrotask(() => void pump().catch(fail));
  return stream;
}

/** Hands a promise's outcome to a callback; what the callback throws goes to `fail`. */
export function settle<TResult>(
  promise: Promise<TResult>,
  { done, fail }: { readonly done: Callback<TResult>; readonly fail: (error: unknown) => void },
): void {
  promise
    .then(
      (result) => done(null, result),
      (error: unknown) => done(error),
    )
    .catch(fail);
}
