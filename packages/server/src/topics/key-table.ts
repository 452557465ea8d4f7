/**
 * A DynamoDB table with `pk`, `sk` and `ttl`, as plain objects: conditional writes of one row, or of several that happen all or none, and
 * consistent reads; no scans. The SDK is loaded with the first operation: a call over HTTP that touches neither socket nor topic does not pay for it.
 */

import type { DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { backendFailure } from '../resources/backend-failure.js';
import { sdkErrorName } from '../resources/sdk-failure.js';

export type Row = Readonly<Record<string, unknown>>;

/**
 * What has to hold for a write: nothing there, something there, or these attributes equal, those smaller (`below`), and those smaller or
 * not there (`rising`). Numbers compare as numbers, texts by their bytes.
 */
export type RowCondition =
  | 'absent'
  | 'present'
  | {
      readonly equal?: Row;
      readonly below?: Readonly<Record<string, number>>;
      readonly rising?: Readonly<Record<string, number | string>>;
    };

/** A row and what has to hold for it. */
export interface ConditionalRow {
  readonly row: Row;
  readonly condition: RowCondition;
}

export interface RowRange {
  readonly pk: string;
  /** First and last sort key. @default all there are */
  readonly between?: readonly [string, string];
  /** Last sort key first. @default false */
  readonly descending?: boolean;
  /** Rows of a page. @default as many as fit in 1 MB */
  readonly limit?: number;
}

/**
 * Writes resolve with `false`, or undefined, when the condition does not hold, or another transaction has the row at that moment: nothing
 * was written.
 */
export interface KeyTable {
  get(pk: string, sk: string): Promise<Row | undefined>;
  put(row: Row, condition?: RowCondition): Promise<boolean>;
  /** Puts 2 to 100 rows, 4 MB together, all or none. A repetition by the SDK counts once. Costs twice what single writes do. */
  putAll(rows: readonly ConditionalRow[]): Promise<boolean>;
  /** Sets attributes, and makes the row when there is none and the condition allows it. Resolves with the row as it was before. */
  update(pk: string, sk: string, set: Row, condition?: RowCondition): Promise<Row | undefined>;
  delete(pk: string, sk: string, condition?: RowCondition): Promise<boolean>;
  /** Pages, in the order of the sort keys. */
  query(range: RowRange): AsyncIterable<readonly Row[]>;
}

type Sdk = typeof import('@aws-sdk/client-dynamodb') & Pick<typeof import('@aws-sdk/util-dynamodb'), 'marshall' | 'unmarshall'>;

/** Opens the SDK once; tables share it. */
export interface KeyTableSdk {
  open(): Promise<{ readonly sdk: Sdk; readonly client: DynamoDBClient }>;
  destroy(): Promise<void>;
}

export interface KeyTableSdkOptions {
  /** @default the SDK's own: `AWS_REGION` */
  readonly region?: string;
  /** @default the SDK's own: `AWS_ENDPOINT_URL`, or AWS */
  readonly endpoint?: string;
  /** @default the SDK's own: the role of the function */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Three attempts of these stay inside the 29 s that API Gateway waits. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true };

/** A client that is made on first use. */
export function createKeyTableSdk(options: KeyTableSdkOptions = {}): KeyTableSdk {
  let opened: ReturnType<KeyTableSdk['open']> | undefined;
  const load = async () => {
    const [dynamodb, { marshall, unmarshall }] = await Promise.all([import('@aws-sdk/client-dynamodb'), import('@aws-sdk/util-dynamodb')]);
    const client = new dynamodb.DynamoDBClient({ ...options, requestHandler: TIMEOUTS });
    return { sdk: { ...dynamodb, marshall, unmarshall }, client };
  };
  return {
    open: () => {
      opened ??= load();
      return opened;
    },
    destroy: async () => (await opened)?.client.destroy(),
  };
}

/** A table by its deployed name. */
export function createKeyTable(shared: KeyTableSdk, tableName: string): KeyTable {
  const run = async <TResult>(
    action: string,
    request: (opened: { sdk: Sdk; client: DynamoDBClient }) => Promise<TResult>,
    refused?: TResult,
  ): Promise<TResult> => {
    try {
      return await request(await shared.open());
    } catch (cause) {
      if (refused !== undefined && isRefusal(cause)) return refused;
      throw backendFailure(cause, { resource: RESOURCE, physicalName: tableName, operation: action, action: `dynamodb:${action}` });
    }
  };
  return {
    get: (pk, sk) =>
      run('GetItem', async ({ sdk, client }) => {
        const { Item } = await client.send(
          new sdk.GetItemCommand({ TableName: tableName, Key: sdk.marshall({ pk, sk }), ConsistentRead: true }),
        );
        return Item && sdk.unmarshall(Item);
      }),
    put: (row, condition) =>
      run(
        'PutItem',
        async ({ sdk, client }) => {
          await client.send(
            new sdk.PutItemCommand({ TableName: tableName, Item: sdk.marshall(row, MARSHALL), ...expressions(sdk, { condition }) }),
          );
          return true;
        },
        false,
      ),
    putAll: (rows) =>
      run(
        'PutItem',
        async ({ sdk, client }) => {
          const TransactItems = rows.map(({ row, condition }) => ({
            Put: { TableName: tableName, Item: sdk.marshall(row, MARSHALL), ...expressions(sdk, { condition }) },
          }));
          await client.send(new sdk.TransactWriteItemsCommand({ TransactItems }));
          return true;
        },
        false,
      ),
    update: async (pk, sk, set, condition) => {
      const before = await run<Row | null>(
        'UpdateItem',
        async ({ sdk, client }) => {
          const request = {
            TableName: tableName,
            Key: sdk.marshall({ pk, sk }),
            ReturnValues: 'ALL_OLD' as const,
            ...expressions(sdk, { set, condition }),
          };
          const { Attributes } = await client.send(new sdk.UpdateItemCommand(request));
          return Attributes ? sdk.unmarshall(Attributes) : {};
        },
        null,
      );
      return before ?? undefined;
    },
    delete: (pk, sk, condition) =>
      run(
        'DeleteItem',
        async ({ sdk, client }) => {
          await client.send(
            new sdk.DeleteItemCommand({ TableName: tableName, Key: sdk.marshall({ pk, sk }), ...expressions(sdk, { condition }) }),
          );
          return true;
        },
        false,
      ),
    query: async function* (range) {
      let after: QueryCommandInput['ExclusiveStartKey'];
      do {
        const page = await run('Query', async ({ sdk, client }) => {
          const request = { TableName: tableName, ...rangeOf(sdk, range), ...(after ? { ExclusiveStartKey: after } : {}) };
          const { Items, LastEvaluatedKey } = await client.send(new sdk.QueryCommand(request));
          return { rows: (Items ?? []).map((item) => sdk.unmarshall(item)), next: LastEvaluatedKey };
        });
        yield page.rows;
        after = page.next;
      } while (after);
    },
  };
}

const MARSHALL = { removeUndefinedValues: true };

/** For the text of errors. */
const RESOURCE = { kind: 'table', name: 'Realtime', partitionKey: 'pk', sortKey: 'sk', indexes: {} } as const;

/** Why a write may be refused: its condition, or a transaction that has the row. */
const REFUSALS = new Set(['ConditionalCheckFailedException', 'TransactionConflictException']);
const REFUSED_STEPS = new Set(['None', 'ConditionalCheckFailed', 'TransactionConflict']);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling */
function isRefusal(cause: unknown): boolean {
  const name = sdkErrorName(cause);
  if (name !== 'TransactionCanceledException') return name !== undefined && REFUSALS.has(name);
  const { CancellationReasons = [] } = cause as { readonly CancellationReasons?: readonly { readonly Code?: string }[] };
  return CancellationReasons.length > 0 && CancellationReasons.every(({ Code = 'None' }) => REFUSED_STEPS.has(Code));
}

/** Names are always placeholders: `ttl`, `data` and `path` are among DynamoDB's 573 reserved words. */
function expressions(sdk: Sdk, { set, condition }: { readonly set?: Row; readonly condition?: RowCondition | undefined }): object {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const compare = (prefix: string, operator: string, attributes: Row) =>
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([attribute, value], at) => {
        names[`#${prefix}${at}`] = attribute;
        values[`:${prefix}${at}`] = value;
        return `#${prefix}${at} ${operator} :${prefix}${at}`;
      });
  const assignments = compare('s', '=', set ?? {});
  const tests =
    condition === undefined
      ? []
      : typeof condition === 'string'
        ? [condition === 'absent' ? 'attribute_not_exists(pk)' : 'attribute_exists(pk)']
        : [
            ...compare('e', '=', condition.equal ?? {}),
            ...compare('b', '<', condition.below ?? {}),
            ...compare('r', '<', condition.rising ?? {}).map((test, at) => `(attribute_not_exists(#r${at}) OR ${test})`),
          ];
  return {
    ...(assignments.length === 0 ? {} : { UpdateExpression: `SET ${assignments.join(', ')}` }),
    ...(tests.length === 0 ? {} : { ConditionExpression: tests.join(' AND ') }),
    ...(Object.keys(names).length === 0
      ? {}
      : { ExpressionAttributeNames: names, ExpressionAttributeValues: sdk.marshall(values, MARSHALL) }),
  };
}

function rangeOf(sdk: Sdk, { pk, between, descending, limit }: RowRange) {
  const values = between ? { ':pk': pk, ':from': between[0], ':to': between[1] } : { ':pk': pk };
  return {
    ConsistentRead: true,
    KeyConditionExpression: between ? 'pk = :pk AND sk BETWEEN :from AND :to' : 'pk = :pk',
    ExpressionAttributeValues: sdk.marshall(values),
    ScanIndexForward: !(descending ?? false),
    ...(limit === undefined ? {} : { Limit: limit }),
  };
}
