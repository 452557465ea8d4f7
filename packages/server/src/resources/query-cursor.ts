/**
 * Cursors of table queries: the position after the last item of a page, as opaque text. A cursor says which query it belongs to, and is
 * refused by any other. It is not signed: it only ever names a position inside the partition that the query itself asks for.
 */

import { foreignCursor, readCursor, writeCursor } from './cursor.js';

/** The query a cursor belongs to. */
export interface CursorScope {
  /** Undefined: the table itself. */
  readonly index: string | undefined;
  readonly descending: boolean;
  /** Attribute and value of the partition that is read. */
  readonly partition: readonly [attribute: string, value: string];
  /** Every attribute a position is made of: keys of the table and of the index. */
  readonly attributes: readonly string[];
}

/** Attribute values of the item a page ended with. Keys are texts. */
export type CursorPosition = Readonly<Record<string, string>>;

/** The cursor after a position. */
export function encodeCursor(scope: CursorScope, position: CursorPosition): string {
  const values = scope.attributes.map((attribute) => position[attribute]);
  return writeCursor([scope.index ?? null, scope.descending, ...values]);
}

/**
 * The position a cursor stands for.
 *
 * @throws GatewayError BAD_REQUEST for anything but a cursor of this very query.
 */
export function decodeCursor(scope: CursorScope, cursor: string): CursorPosition {
  const [index, descending, ...values] = readCursor(cursor) ?? [];
  const fits =
    index === (scope.index ?? null) &&
    descending === scope.descending &&
    values.length === scope.attributes.length &&
    values.every((value) => typeof value === 'string' && value !== '');
  const position = fits ? Object.fromEntries(scope.attributes.map((attribute, place) => [attribute, values[place] as string])) : {};
  const [attribute, value] = scope.partition;
  if (fits && position[attribute] === value) return position;
  throw foreignCursor();
}
