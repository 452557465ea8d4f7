/**
 * The part of the DynamoDB SDK that tables need, behind a function each. Only `sdk.ts` loads this module, on the first operation: the SDK
 * costs 85 to 100 ms of CPU at start, which a call that touches no table must not pay. Import its types only.
 */

import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type AwsOptions, sdkConfig } from './aws-options.js';

/** An item or a key as DynamoDB spells it: `{ id: { S: 'a' } }`. */
export type DynamoAttributes = NonNullable<GetItemCommandInput['Key']>;
export type DynamoValue = DynamoAttributes[string];
/** One write of a transaction. */
export type DynamoTransactItem = TransactWriteItem;
/** Requests of a batch, by table. */
export type DynamoWrites = NonNullable<BatchWriteItemCommandInput['RequestItems']>;

/** The operations; each rejects with the SDK's own error. */
export interface Dynamo {
  get(input: GetItemCommandInput): Promise<GetItemCommandOutput>;
  put(input: PutItemCommandInput): Promise<unknown>;
  delete(input: DeleteItemCommandInput): Promise<unknown>;
  query(input: QueryCommandInput): Promise<QueryCommandOutput>;
  update(input: UpdateItemCommandInput): Promise<UpdateItemCommandOutput>;
  batchGet(input: BatchGetItemCommandInput): Promise<BatchGetItemCommandOutput>;
  batchWrite(input: BatchWriteItemCommandInput): Promise<BatchWriteItemCommandOutput>;
  transact(input: TransactWriteItemsCommandInput): Promise<unknown>;
  /** Properties that are undefined are left out. */
  toAttributes(item: object): DynamoAttributes;
  /** @throws for a number that JavaScript cannot hold. */
  fromAttributes(attributes: DynamoAttributes): Record<string, unknown>;
  toValue(value: unknown): DynamoValue;
  close(): void;
}

/** DynamoDB's own default is four attempts. */
const ATTEMPTS = { maxAttempts: 3, timeoutMs: 4_000 };

const MARSHALL = { removeUndefinedValues: true };

/** Opens the SDK; nothing is sent yet. */
export function openDynamo(options: AwsOptions): Dynamo {
  const client = new DynamoDBClient(sdkConfig(options, ATTEMPTS));
  return {
    get: (input) => client.send(new GetItemCommand(input)),
    put: (input) => client.send(new PutItemCommand(input)),
    delete: (input) => client.send(new DeleteItemCommand(input)),
    query: (input) => client.send(new QueryCommand(input)),
    update: (input) => client.send(new UpdateItemCommand(input)),
    batchGet: (input) => client.send(new BatchGetItemCommand(input)),
    batchWrite: (input) => client.send(new BatchWriteItemCommand(input)),
    transact: (input) => client.send(new TransactWriteItemsCommand(input)),
    toAttributes: (item) => marshall(item, MARSHALL),
    fromAttributes: (attributes) => unmarshall(attributes),
    toValue: (value) => marshall({ value }, MARSHALL).value as DynamoValue,
    close: () => client.destroy(),
  };
}
