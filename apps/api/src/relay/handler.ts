/**
 * Relays a document's changes to the bus. A change that arrives again is published under the id it had: an ordered bus tells it once.
 */

import { createHash } from 'node:crypto';
import { implementWorker, type WorkerImplementation } from '@org/gateway-server';
import type { DocumentItem } from '../documents/resources.js';
import { relayWorker } from './service.js';

/** The worker's handler. */
export function relayHandler(): WorkerImplementation {
  return implementWorker(relayWorker, async ({ change, ctx }) => {
    const { id, folder, title, version, updatedAtMs } = change.item;
    const what = change.kind === 'put' ? 'saved' : 'removed';
    await ctx.bus.publish(
      'changed',
      { id, folder, title, version, change: what, updatedAtMs },
      { key: id, id: messageId(change.item, what) },
    );
  });
}

/** The same for the same change, and short: SNS takes 128 characters, which is what a document's id alone may have. */
function messageId({ id, updatedAtMs }: DocumentItem, change: string): string {
  return createHash('sha256')
    .update(JSON.stringify([id, updatedAtMs, change]))
    .digest('hex')
    .slice(0, 40);
}
