/**
 * Events: what happened to documents and files, as the bus tells it. Entries are kept for 30 days.
 */

import { mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { DOCUMENT_ID } from './document-fields.js';

const Entry = () =>
  z.object({
    /** Of the message it comes from; the same however often that arrives. */
    id: z.string(),
    kind: z.enum(['saved', 'removed', 'noted', 'uploaded']),
    /** The document's id, or the file's key. */
    subject: z.string(),
    /** The document's title, or the file's name. */
    title: z.string(),
    /** The note; null for everything else. */
    text: z.string().nullable(),
    atMs: z.int(),
  });

export const events = service('events', {
  note: mutation({
    summary: 'Leaves a note on a document; it becomes an entry moments later',
    auth: 'public',
    input: () => z.object({ id: z.string().regex(...DOCUMENT_ID), text: z.string().trim().min(1).max(1_000) }),
    /** The id its entry will have. */
    output: () => z.object({ entryId: z.string() }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
    rest: { route: 'POST /events/{id}/notes', status: 202 },
  }),

  recent: query({
    summary: 'Entries, newest first, a page at a time',
    auth: 'public',
    input: () => z.object({ limit: z.int().min(1).max(100).default(20), cursor: z.string().max(2_000).optional() }),
    output: () => z.object({ items: z.array(Entry()), nextCursor: z.string().nullable() }),
    rest: 'GET /events',
  }),

  activity: subscription({
    summary: 'Every new entry, as it happens',
    auth: 'public',
    event: Entry,
    retain: '24h',
  }),
});
