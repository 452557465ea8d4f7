/**
 * The index of documents, how far its rebuild is, and what is searched for.
 */

import { searchIndex, table } from '@org/gateway-server/service';
import * as z from 'zod';

/** A document as it is searched. */
const IndexedDocument = () =>
  z.object({
    folder: z.string(),
    title: z.string(),
    body: z.string(),
    version: z.int(),
    updatedAtMs: z.int(),
  });

export type IndexedDocument = z.output<ReturnType<typeof IndexedDocument>>;

export const DocumentsIndex = searchIndex('DocumentsIndex', {
  document: IndexedDocument,
  fields: {
    folder: { type: 'keyword' },
    // Measured by `npm run bench -- find`: with 3 titles push away documents whose text says what is asked for.
    title: { type: 'text', boost: 2 },
    body: { type: 'text' },
    updatedAtMs: { type: 'number' },
  },
});

/** How often a text was searched for on a day. In the account of those who analyse it. */
export const SearchStats = table('SearchStats', {
  item: () =>
    z.object({
      /** UTC, as `2026-11-25`. */
      day: z.string(),
      text: z.string(),
      count: z.int(),
      expiresAtSeconds: z.int(),
    }),
  partitionKey: 'day',
  sortKey: 'text',
  expiresAt: 'expiresAtSeconds',
  account: 'analytics',
});

const RebuildItem = () =>
  z.object({
    /** Name of the index: there is one rebuild at a time. */
    index: z.string(),
    jobId: z.string(),
    /** `waiting` is the sign to begin or go on: whoever writes it has nothing else to start. */
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    /** What is done next. */
    phase: z.enum(['drop', 'write', 'sweep']),
    /** Where in that phase; absent: at its beginning. */
    cursor: z.string().optional(),
    indexed: z.int(),
    removed: z.int(),
    startedAtMs: z.int(),
    updatedAtMs: z.int(),
  });

export type RebuildItem = z.output<ReturnType<typeof RebuildItem>>;

/** The last rebuild of each index. */
export const Rebuilds = table('Rebuilds', { item: RebuildItem, partitionKey: 'index' });
