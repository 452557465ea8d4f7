/**
 * Messages that services tell each other over a bus. They are facts that happened; who listens is not the teller's business. A message may
 * arrive more than once.
 */

import { message, messages } from '@org/gateway-core';
import * as z from 'zod';

/** About documents. Published in order of the document's changes, under its id as key. */
export const documentEvents = messages('documentEvents', {
  changed: message({
    summary: 'A document was saved or edited, or removed; then the rest is how it was last',
    data: () =>
      z.object({
        id: z.string(),
        folder: z.string(),
        title: z.string(),
        version: z.int().positive(),
        change: z.enum(['saved', 'removed']),
        /** When this version was made. */
        updatedAtMs: z.int(),
      }),
  }),

  noted: message({
    summary: 'Somebody left a note on a document',
    data: () => z.object({ id: z.string(), title: z.string(), text: z.string() }),
  }),
});

/** About uploaded files. In no order. */
export const fileEvents = messages('fileEvents', {
  uploaded: message({
    summary: 'A file is whole in the bucket',
    data: () => z.object({ key: z.string(), name: z.string(), contentType: z.string(), bytes: z.int().nonnegative() }),
  }),
});
