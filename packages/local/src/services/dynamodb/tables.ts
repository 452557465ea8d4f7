/**
 * Creating, changing and deleting tables, by request and by template. Statuses change at once: there is nothing to wait for.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 */
import type { Clock } from '../../parts.js';
import type { IndexRecord, KeySchemaElement, StreamViewType, TableRecord } from './dynalite.js';
import { dynamoError, fromDynalite, validationError } from './errors.js';
import { addIndex, fillIndex, removeIndex, syncIndexes } from './global-indexes.js';
import { checkRequest } from './requests.js';
import { newStream } from './streams.js';
import { readTableName } from './time-to-live.js';
import type { Engine } from './writes.js';

/** CreateTable's input, as it comes over the wire or out of a template. */
export type TableInput = Readonly<Record<string, unknown>>;

export interface Tables {
  create(input: TableInput): Promise<TableRecord>;
  /** Creates the table, or brings an existing one to the input: indexes are added, filled and removed, the stream follows. */
  ensure(input: TableInput): Promise<TableRecord>;
  update(input: TableInput): Promise<TableRecord>;
  delete(tableName: string): Promise<TableRecord>;
  /** Goes on with indexes whose filling a kill has cut short. */
  resume(): Promise<void>;
}

const VIEW_TYPES = new Set(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']);

export function createTables(engine: Engine, clock: Clock): Tables {
  const { store } = engine;
  const inputs = { clock, engine };
  return {
    create: async (input) => {
      const record = await newTable(inputs, input);
      await store.saveTable(record);
      return record;
    },
    async ensure(input) {
      const wanted = await newTable(inputs, input, { replacing: true });
      const present = store.findTable(wanted.TableName);
      if (!present) {
        await store.saveTable(wanted);
        return wanted;
      }
      refuseOtherKeys(present, wanted);
      await store.saveTable({
        ...present,
        AttributeDefinitions: wanted.AttributeDefinitions,
        ...streamMembers(present, wanted.StreamSpecification, clock),
      });
      await syncIndexes(engine, present.TableName, wanted.GlobalSecondaryIndexes ?? []);
      return store.table(present.TableName);
    },
    update: (input) => updateTable(inputs, input),
    async delete(tableName) {
      const table = store.table(tableName);
      await store.removeTable(tableName);
      return { ...table, TableStatus: 'DELETING' };
    },
    async resume() {
      for (const table of store.tables()) {
        for (const index of table.GlobalSecondaryIndexes ?? [])
          if (index.IndexStatus === 'CREATING') await fillIndex(engine, table.TableName, index.IndexName);
      }
    },
  };
}

interface Inputs {
  readonly clock: Clock;
  readonly engine: Engine;
}

/** The record that CreateTable makes of its input; nothing is stored. */
async function newTable(
  { clock, engine: { store } }: Inputs,
  input: TableInput,
  options: { readonly replacing?: boolean } = {},
): Promise<TableRecord> {
  const data = checkRequest(store, 'CreateTable', input);
  const stream = readStreamSpecification(input.StreamSpecification);
  const existing = store.findTable(data.TableName as string);
  if (existing && !options.replacing) throw dynamoError('ResourceInUseException', `Table already exists: ${existing.TableName}`);
  const created = await new Promise<TableRecord>((resolve, reject) => {
    const tableDb = {
      ...store.base.tableDb,
      lock: (_key: string, run: (release: <TDone>(done: TDone) => TDone) => void) => run((done) => done),
      get: (_key: string, done: (error: unknown, value?: unknown) => void) => done(null),
      put: (_key: string, _value: unknown, done: (error: unknown) => void) => done(null),
    };
    store.dynalite.action('CreateTable')({ ...store.base, tableDb }, data, (error, output) =>
      error ? reject(fromDynalite(error)) : resolve(structuredClone(output!.TableDescription) as TableRecord),
    );
  });
  const active = (index: IndexRecord): IndexRecord => ({ ...index, IndexStatus: 'ACTIVE' });
  return {
    ...created,
    TableStatus: 'ACTIVE',
    CreationDateTime: clock.now() / 1000,
    ...(created.GlobalSecondaryIndexes && { GlobalSecondaryIndexes: created.GlobalSecondaryIndexes.map(active) }),
    ...(stream && newStream(created.TableArn, stream, clock.now())),
  };
}

/** The view type of a `StreamSpecification`, `undefined` when there is to be no stream. */
function readStreamSpecification(value: unknown): StreamViewType | undefined {
  const { StreamEnabled, StreamViewType } = (value ?? {}) as Record<string, unknown>;
  if (value === undefined || value === null || StreamEnabled === false) {
    if (StreamViewType !== undefined && StreamViewType !== null)
      throw validationError('One or more parameter values were invalid: StreamViewType must not be set when StreamEnabled is false');
    return undefined;
  }
  if (typeof StreamViewType === 'string' && VIEW_TYPES.has(StreamViewType)) return StreamViewType as StreamViewType;
  throw validationError(
    `1 validation error detected: Value '${String(StreamViewType)}' at 'streamSpecification.streamViewType' failed to satisfy constraint: Member must satisfy enum value set: [${[...VIEW_TYPES].join(', ')}]`,
  );
}

/** A stream that stays keeps its ARN and records; another view type makes a new stream. */
function streamMembers(present: TableRecord, wanted: TableRecord['StreamSpecification'], clock: Clock): Partial<TableRecord> {
  if (wanted?.StreamEnabled && wanted.StreamViewType === present.StreamSpecification?.StreamViewType) return {};
  if (wanted?.StreamEnabled) return newStream(present.TableArn, wanted.StreamViewType, clock.now());
  return present.StreamSpecification ? { StreamSpecification: { ...present.StreamSpecification, StreamEnabled: false } } : {};
}

/** Keys and local indexes cannot change while there is data. */
function refuseOtherKeys(present: TableRecord, wanted: TableRecord): void {
  const describe = (table: TableRecord, schema: readonly KeySchemaElement[]): string =>
    schema
      .map(({ AttributeName: name }) => `${name} ${table.AttributeDefinitions.find((each) => each.AttributeName === name)?.AttributeType}`)
      .join(', ');
  const locals = (table: TableRecord): string =>
    (table.LocalSecondaryIndexes ?? [])
      .map((index) => `${index.IndexName}(${describe(table, index.KeySchema)})`)
      .sort()
      .join(', ');
  const differences = [
    { what: 'key schema', has: describe(present, present.KeySchema), asked: describe(wanted, wanted.KeySchema) },
    { what: 'local secondary indexes', has: locals(present), asked: locals(wanted) },
  ].filter(({ has, asked }) => has !== asked);
  for (const { what, has, asked } of differences) {
    throw validationError(
      `The ${what} of the table ${present.TableName} cannot change: the data has (${has}), the template asks for (${asked}). AWS would replace the table and lose its items; delete the stage's data folder to do the same here.`,
    );
  }
}

interface IndexUpdate {
  readonly Create?: IndexRecord;
  readonly Delete?: { readonly IndexName: string };
  readonly Update?: { readonly IndexName: string };
}

/** UpdateTable: global indexes, stream, billing mode and throughput. */
async function updateTable({ clock, engine }: Inputs, input: TableInput): Promise<TableRecord> {
  const { store } = engine;
  const table = store.table(readTableName(input));
  const { AttributeDefinitions, BillingMode, ProvisionedThroughput, StreamSpecification, GlobalSecondaryIndexUpdates } = input;
  const updates = (GlobalSecondaryIndexUpdates ?? []) as readonly IndexUpdate[];
  if ([BillingMode, ProvisionedThroughput, StreamSpecification].every((each) => each === undefined) && updates.length === 0) {
    throw validationError(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  }
  const created = updates.flatMap(({ Create }) => (Create ? [Create] : []));
  const definitions = mergeDefinitions(table, AttributeDefinitions);
  for (const index of created) checkNewIndex(table, index, definitions);
  const viewType = readStreamSpecification(StreamSpecification);
  if (viewType && table.StreamSpecification?.StreamEnabled) {
    throw dynamoError('ResourceInUseException', `Table already has an enabled stream: TableName: ${table.TableName}`);
  }
  const wantedStream = viewType && { StreamEnabled: true, StreamViewType: viewType };
  await store.saveTable({
    ...table,
    AttributeDefinitions: definitions,
    ...(typeof BillingMode === 'string' && { BillingModeSummary: { BillingMode } }),
    ...(typeof ProvisionedThroughput === 'object' && { ProvisionedThroughput }),
    ...(StreamSpecification !== undefined && streamMembers(table, wantedStream || undefined, clock)),
  });
  for (const update of updates) if (update.Delete) await removeIndex(engine, table.TableName, update.Delete.IndexName);
  for (const index of created) await addIndex(engine, table.TableName, index);
  return store.table(table.TableName);
}

function mergeDefinitions(table: TableRecord, given: unknown): TableRecord['AttributeDefinitions'] {
  const more = (Array.isArray(given) ? given : []) as TableRecord['AttributeDefinitions'];
  return [...new Map([...table.AttributeDefinitions, ...more].map((each) => [each.AttributeName, each])).values()];
}

function checkNewIndex(table: TableRecord, index: IndexRecord, definitions: TableRecord['AttributeDefinitions']): void {
  const known = (table.GlobalSecondaryIndexes ?? []).some((each) => each.IndexName === index.IndexName);
  if (known) throw validationError(`One or more parameter values were invalid: Duplicate index name: ${index.IndexName}`);
  const keys = index.KeySchema?.map((key) => key.AttributeName) ?? [];
  const defined = definitions.map((definition) => definition.AttributeName);
  if (keys.length === 0 || !index.Projection?.ProjectionType || keys.some((name) => !defined.includes(name))) {
    throw validationError(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  }
}
