/**
 * Where documents are kept. Apart from the service, so that a function that only reads them carries nothing else of it.
 */

import { bucket, table } from '@org/gateway-server/service';
import * as z from 'zod';

/** A document's facts; its body is the object `bodyKey`. */
const DocumentItem = () =>
  z.object({
    id: z.string(),
    /** Always `documents`: the partition of the index over all of them. */
    collection: z.literal('documents'),
    folder: z.string(),
    title: z.string(),
    bytes: z.int(),
    version: z.int(),
    createdAtMs: z.int(),
    /** Later with every version. */
    updatedAtMs: z.int(),
    /** `updatedAtMs` in 15 digits and the id: sorts by change, unique. */
    changeKey: z.string(),
    /** A new key for every body, so that a reader never meets half of an edit. */
    bodyKey: z.string(),
  });

export type DocumentItem = z.output<ReturnType<typeof DocumentItem>>;

export const Documents = table('Documents', {
  item: DocumentItem,
  partitionKey: 'id',
  indexes: {
    byChange: { partitionKey: 'collection', sortKey: 'changeKey' },
    byFolder: { partitionKey: 'folder', sortKey: 'changeKey' },
  },
});

/** Folders that ever held a document. */
export const Folders = table('Folders', {
  item: () => z.object({ collection: z.literal('folders'), folder: z.string() }),
  partitionKey: 'collection',
  sortKey: 'folder',
});

export const Bodies = bucket('Bodies');
