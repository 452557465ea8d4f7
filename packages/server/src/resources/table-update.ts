/**
 * Changes of some attributes of an item, as a DynamoDB update expression. DynamoDB developer guide, "Update expressions".
 */

import type { ItemUpdate, TableResource, WriteCondition } from '../service/table.js';
import type { Dynamo } from './dynamo.js';
import { sdkErrorName } from './sdk-failure.js';
import { checkItem, checkUpdate } from './stored-item.js';
import { checkChange, conditionExpression, type Expression, updateExpression } from './table-expression.js';
import { type Item, placeholderFields, readAttributes, type TableParts } from './table-parts.js';

/** The fields of an UpdateItem, or of the Update of a transaction. */
export interface UpdateFields {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Expression['names'];
  readonly ExpressionAttributeValues?: Expression['values'];
}

/** What is asked of an item. */
export interface AskedUpdate {
  readonly change: ItemUpdate<Item>;
  readonly condition: WriteCondition<Item> | undefined;
}

/** The fields for a change that `checkChange` let pass. */
export function updateFields(resource: TableResource, { change, condition }: AskedUpdate, db: Dynamo): UpdateFields {
  const update = updateExpression(change, db.toValue);
  const expected = condition && conditionExpression(resource, condition.if, db.toValue);
  return {
    UpdateExpression: update.text,
    ...(expected ? { ConditionExpression: expected.text, ...placeholderFields(update, expected) } : placeholderFields(update)),
  };
}

/**
 * The whole item as it is then, or undefined when the condition does not hold.
 *
 * @throws TypeError for a change of a key attribute, and for one of nothing.
 */
export async function updateItem(
  { run, grant, tableName }: TableParts,
  key: Item,
  { change, condition }: AskedUpdate,
): Promise<Item | undefined> {
  checkChange(grant.resource, change);
  const asked = { change: await checkUpdate(grant, key, change), condition };
  const attributes = await run('update', async (db) => {
    const request = { TableName: tableName, Key: db.toAttributes(key), ...updateFields(grant.resource, asked, db) };
    try {
      const { Attributes = {} } = await db.update({ ...request, ReturnValues: 'ALL_NEW' });
      return readAttributes(grant, db, Attributes);
    } catch (thrown) {
      if (sdkErrorName(thrown) === 'ConditionalCheckFailedException') return undefined;
      throw thrown;
    }
  });
  return attributes && ((await checkItem(grant, attributes, 'read')) as Item);
}
