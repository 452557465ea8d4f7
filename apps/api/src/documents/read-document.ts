/**
 * Reads a document whole. Facts and body are two reads; an edit in between removes the body that the facts name, and then the facts
 * are read again: what comes back is always one version.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { DocumentsContext } from './context.js';
import type { DocumentItem } from './resources.js';

/**
 * The document, or undefined. Every turn but the first needs another edit to have happened, so it ends.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR when the body is gone and no edit explains it.
 */
export async function readDocument(
  ctx: DocumentsContext,
  id: string,
): Promise<{ readonly item: DocumentItem; readonly body: string } | undefined> {
  let item = await ctx.table.get({ id });
  while (item !== undefined) {
    const stored = await ctx.bodies.get(item.bodyKey);
    if (stored !== undefined) return { item, body: Buffer.from(stored.body).toString('utf8') };
    const again = await ctx.table.get({ id });
    if (again?.bodyKey === item.bodyKey) {
      throw new GatewayError('INTERNAL_SERVER_ERROR', `document ${id} has no body: bucket Bodies has no object ${item.bodyKey}`);
    }
    item = again;
  }
  return undefined;
}
