/**
 * Writes down what happens to documents, and announces it. A message that comes again is the same entry, announced again: its id tells.
 */

import { implementWorker, type WorkerImplementation } from '@org/gateway-server';
import type { Entry } from '../events/entry.js';
import { recordEntry } from '../events/record-entry.js';
import { activityWorker } from './service.js';

/** The worker's handler. */
export function activityHandler(): WorkerImplementation {
  return implementWorker(activityWorker, async ({ message, ctx }) => {
    const { id, publishedAtMs: atMs, data } = message;
    const about = { id, subject: data.id, title: data.title, atMs };
    const entry: Entry =
      message.name === 'noted' ? { ...about, kind: 'noted', text: message.data.text } : { ...about, kind: message.data.change, text: null };
    await recordEntry(ctx, entry);
  });
}
