/**
 * Writes down what happens to files, and announces it, as `activity` does for documents.
 */

import { implementWorker, type WorkerImplementation } from '@org/gateway-server';
import { recordEntry } from '../events/record-entry.js';
import { fileActivityWorker } from './service.js';

/** The worker's handler. */
export function fileActivityHandler(): WorkerImplementation {
  return implementWorker(fileActivityWorker, async ({ message: { id, data, publishedAtMs }, ctx }) => {
    await recordEntry(ctx, { id, kind: 'uploaded', subject: data.key, title: data.name, text: null, atMs: publishedAtMs });
  });
}
