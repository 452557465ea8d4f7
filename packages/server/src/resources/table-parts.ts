/**
 * What the operations of a table's client are made of: the declaration, its deployed name, and `run`, which turns what the SDK throws into
 * a GatewayError.
 */

import { TABLE_ACTIONS, type TableGrant, type TableOperation, type TableResource, type WriteCondition } from '../service/table.js';
import { backendFailure } from './backend-failure.js';
import type { Backoff } from './backoff.js';
import type { Dynamo } from './dynamo.js';
import { misfit } from './stored-item.js';
import { conditionExpression, type Expression } from './table-expression.js';

export type Item = Readonly<Record<string, unknown>>;

export interface TableClientOptions extends Backoff {
  readonly grant: TableGrant<unknown>;
  /** The table's deployed name. */
  readonly tableName: string;
  readonly dynamo: () => Promise<Dynamo>;
  /** At most 36 characters, unique: makes a transaction that was sent twice happen once. */
  readonly newId: () => string;
}

export interface TableParts extends TableClientOptions {
  run<TResult>(operation: TableOperation, request: (db: Dynamo) => Promise<TResult>): Promise<TResult>;
}

/** The parts of one table's client. */
export function tableParts(options: TableClientOptions): TableParts {
  const { grant, tableName, dynamo } = options;
  return {
    ...options,
    run: async (operation, request) => {
      try {
        return await request(await dynamo());
      } catch (cause) {
        throw backendFailure(cause, { resource: grant.resource, physicalName: tableName, operation, action: tableAction(operation) });
      }
    },
  };
}

/** IAM action of an operation, for the text of a denial. */
export function tableAction(operation: TableOperation): string {
  return TABLE_ACTIONS[operation][0] ?? 'dynamodb:TransactWriteItems';
}

/** An item as a program sees it; one with a number that JavaScript cannot hold is a misfit. */
export function readAttributes(grant: TableGrant<unknown>, db: Dynamo, attributes: Parameters<Dynamo['fromAttributes']>[0]): Item {
  try {
    return db.fromAttributes(attributes);
  } catch (cause) {
    throw misfit(grant, attributes, 'read', String(cause), cause);
  }
}

/** The fields of a request that carry its condition. */
export function conditionFields(resource: TableResource, condition: WriteCondition<Item> | undefined, db: Dynamo) {
  const expression = condition && conditionExpression(resource, condition.if, db.toValue);
  return expression ? { ConditionExpression: expression.text, ...placeholderFields(expression) } : {};
}

/** Names and values of expressions; DynamoDB refuses empty maps. */
export function placeholderFields(...expressions: readonly Pick<Expression, 'names' | 'values'>[]) {
  const names = Object.assign({}, ...expressions.map((each) => each.names)) as Expression['names'];
  const values = Object.assign({}, ...expressions.map((each) => each.values)) as Expression['values'];
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}
