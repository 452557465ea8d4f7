/**
 * Items pass the declared schema on the way in and on the way out, so that a handler never sees an item its types do not describe: one
 * written by an older version, by hand, or by another program. The schema's own output must fit the schema again.
 */

import { type Schema, schemaOf } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import type * as zod from 'zod/v4/core';
import { describeIssues, validate } from '../execute/validate.js';
import type { ItemUpdate, TableGrant } from '../service/table.js';

/** A table and its schema: of a grant, or of a worker's source. */
type DeclaredItems = Pick<TableGrant<unknown>, 'resource' | 'item'>;

/**
 * The item as the schema returns it.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR that names table, key and what did not fit: for the log, it is never sent.
 */
export async function checkItem(grant: DeclaredItems, item: object, way: 'read' | 'written'): Promise<object> {
  const result = await validate(grant.item, item);
  if (result.success) return result.data as object;
  throw misfit(grant, item, way, describeIssues(result.error.issues).text);
}

/**
 * A change whose new values are as the schema of each attribute returns them, and which leaves no attribute out that an item needs. What
 * only the whole item can tell (a number that is added to, a rule over several attributes, a schema that is no plain object) is not known
 * before it is written.
 *
 * @throws GatewayError as `checkItem`.
 */
export async function checkUpdate(
  grant: DeclaredItems,
  key: object,
  change: ItemUpdate<Readonly<Record<string, unknown>>>,
): Promise<ItemUpdate<Readonly<Record<string, unknown>>>> {
  const schemas = attributeSchemas(grant);
  const checked = async (name: string, value: unknown): Promise<unknown> => {
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
    if (schema === undefined) return value;
    const result = await validate(schema, value);
    if (result.success) return result.data;
    const issues = result.error.issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));
    throw misfit(grant, key, 'written', describeIssues(issues).text);
  };
  await Promise.all((change.remove ?? []).map((name) => checked(name, undefined)));
  const set = Object.entries(change.set ?? {}).map(async ([name, value]) => [name, await checked(name, value)] as const);
  return { ...change, set: Object.fromEntries(await Promise.all(set)) };
}

/** The schema of each attribute, where the item's is an object's. */
function attributeSchemas({ item }: DeclaredItems): Readonly<Record<string, Schema>> {
  const { def } = (schemaOf(item) as unknown as zod.$ZodType)._zod;
  return def.type === 'object' ? (def as zod.$ZodObjectDef).shape : {};
}

/** The error for an item that is not what was declared. */
export function misfit(grant: DeclaredItems, item: object, way: 'read' | 'written', why: string, cause?: unknown): GatewayError {
  const { name } = grant.resource;
  const key = JSON.stringify(keyOf(grant, item));
  return new GatewayError('INTERNAL_SERVER_ERROR', `item ${key} ${way} in table ${name} does not fit its schema: ${why}`, { cause });
}

function keyOf({ resource }: DeclaredItems, item: object): Record<string, unknown> {
  const fields = item as Readonly<Record<string, unknown>>;
  const names = [resource.partitionKey, ...(resource.sortKey === undefined ? [] : [resource.sortKey])];
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}
