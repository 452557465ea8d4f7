/** Cursors as texts: a list of values that a page ended with, opaque to callers. What is in the list, and what is refused, each kind says itself. */

import { GatewayError } from '@org/gateway-core/errors';

/** The text of a cursor. */
export function writeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor; undefined for what `writeCursor` did not write. */
export function readCursor(cursor: string): readonly unknown[] | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is no base64url; a cursor of ours comes back as it was.
  if (bytes.toString('base64url') !== cursor) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the caller of a query is told about a cursor that is no position in it. */
export function foreignCursor(cause?: unknown): GatewayError {
  return new GatewayError(
    'BAD_REQUEST',
    '[BAD_REQUEST] the cursor is not of this query: expected the cursor of the page before, with the same filters; leave it out to begin again',
    { cause },
  );
}
