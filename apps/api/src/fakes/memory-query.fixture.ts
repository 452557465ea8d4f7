/**
 * `query` of a table in memory: one partition in the order of its sort key, a page at a time, with cursors that only fit their own query.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Page, QueryRequest, TableResource } from '@org/gateway-server/service';

export type Item = Readonly<Record<string, unknown>>;

/** A page of the items that a request asks for. */
export function pageOf(items: readonly Item[], resource: TableResource, request: QueryRequest<Item, string>): Page<Item> {
  const { index, where, limit = 100, cursor, descending = false } = request;
  const { partitionKey, sortKey } = index === undefined ? resource : (resource.indexes[index] as TableResource);
  const scope = JSON.stringify([resource.name, index, where, descending]);
  const positionOf = (item: Item) => String(item[sortKey ?? resource.partitionKey]);
  const partition = items
    .filter((item) => item[partitionKey] === where[partitionKey])
    .sort((one, other) => (positionOf(one) < positionOf(other) ? -1 : 1) * (descending ? -1 : 1));
  const after = cursor === undefined ? undefined : positionIn(scope, cursor);
  const rest =
    after === undefined ? partition : partition.filter((item) => (descending ? positionOf(item) < after : positionOf(item) > after));
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  return { items: structuredClone(shown), cursor: last === undefined ? null : JSON.stringify([scope, positionOf(last)]) };
}

/**
 * The position a cursor stands for.
 *
 * @throws GatewayError BAD_REQUEST for what is no cursor, or that of another query.
 */
export function positionIn(scope: string, cursor: string): string {
  try {
    const [of, position] = JSON.parse(cursor) as [string, string];
    if (of === scope) return position;
  } catch {
    // Falls through: as foreign as the cursor of another query.
  }
  throw new GatewayError('BAD_REQUEST', '[BAD_REQUEST] the cursor is not of this query');
}
