/**
 * The parts of the npm package `dynalite` that the DynamoDB stand-in is built on, with types. Its server is not used: request
 * validation, expression parsers, key encoding and the single-table actions are, through deep imports (the package has no `exports`
 * map). They are loaded when first asked for, which keeps the start of the stage short.
 */
import { createRequire } from 'node:module';

/** `{ S: 'text' }`, `{ N: '1' }`, …: one type tag and its value. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexRecord {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType: 'ALL' | 'INCLUDE' | 'KEYS_ONLY'; readonly NonKeyAttributes?: readonly string[] };
  readonly IndexStatus?: string;
  readonly [member: string]: unknown;
}

/** A table as it is stored: what DescribeTable answers. Never changed in place. */
export interface TableRecord {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly GlobalSecondaryIndexes?: readonly IndexRecord[];
  readonly LocalSecondaryIndexes?: readonly IndexRecord[];
  readonly StreamSpecification?: { readonly StreamEnabled: boolean; readonly StreamViewType: StreamViewType };
  readonly LatestStreamArn?: string;
  readonly LatestStreamLabel?: string;
  readonly [member: string]: unknown;
}

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export type Callback<TResult> = (error: unknown, result?: TResult) => void;

/** One change of a LevelDB batch. */
export type BatchOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export interface KeyRange {
  readonly gte?: string;
  readonly gt?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  /** -1 for no limit. */
  readonly limit?: number;
}

export interface LevelIterator<TEntry> {
  nextv(size: number): Promise<TEntry[]>;
  close(): Promise<void>;
}

/** `abstract-level`, as dynalite wraps it. */
export interface Level {
  open(): Promise<void>;
  get(key: string): Promise<unknown>;
  batch(operations: readonly BatchOperation[]): Promise<void>;
  iterator(range: KeyRange): LevelIterator<[key: string, value: unknown]>;
  clear(range: KeyRange): Promise<void>;
}

/** What dynalite's actions ask of a store; ours is a view that reads from LevelDB and collects what is written. */
export interface ActionStore {
  readonly options: { readonly maxItemSize: number };
  readonly tableDb: unknown;
  getTable(name: string, checkStatus: boolean | Callback<TableRecord>, done?: Callback<TableRecord>): void;
  getItemDb(name: string): unknown;
  getIndexDb(indexType: string, tableName: string, indexName: string): unknown;
  getTagDb(name: string): unknown;
}

export interface BaseStore extends ActionStore {
  readonly db: Level;
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
}

export type Action = (store: ActionStore, data: Readonly<Record<string, unknown>>, done: Callback<Record<string, unknown>>) => void;

interface Rules {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

export interface Dynalite {
  readonly db: {
    create(options: { path?: string; createTableMs: number; deleteTableMs: number; updateTableMs: number }): BaseStore;
    createKey(item: Item, table: TableRecord): string;
    createIndexKey(item: Item, table: TableRecord, keySchema: readonly KeySchemaElement[]): string;
    validateKey(key: Item, table: TableRecord): Error | null | undefined;
    validateItem(item: Item, table: TableRecord): Error | null | undefined;
    capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number;
    mapPaths(paths: readonly unknown[], item: Item): Item;
    validateKeyPaths(nestedPaths: unknown, table: TableRecord): Error | null | undefined;
  };
  readonly validations: {
    checkTypes(data: unknown, types: Rules['types']): Record<string, unknown>;
    checkValidations(data: unknown, types: Rules['types'], custom: unknown, store: ActionStore): void;
  };
  action(operation: string): Action;
  rules(operation: string): Rules;
}

let loaded: Dynalite | undefined;

/** Loads the package, once. */
export function loadDynalite(): Dynalite {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const file = (operation: string): string => operation[0]!.toLowerCase() + operation.slice(1);
  loaded = {
    db: require('dynalite/db') as Dynalite['db'],
    validations: require('dynalite/validations') as Dynalite['validations'],
    action: (operation) => require(`dynalite/actions/${file(operation)}`) as Action,
    rules: (operation) => require(`dynalite/validations/${file(operation)}`) as Rules,
  };
  return loaded;
}
