/**
 * Items pass the declared schema on the way in and on the way out, so that a handler never sees an item its types do not describe: one
 * written by an older version, by hand, or by another program. The schema's own output must fit the schema again.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { describeIssues, validate } from '../execute/validate.js';
import type { TableGrant } from '../service/table.js';

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
