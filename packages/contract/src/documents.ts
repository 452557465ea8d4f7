/**
 * Documents: the texts of the collection. A document's facts are in a table, its body in a bucket; every change is announced live.
 * Everybody may read; whoever is signed in may write.
 */

import { error, mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { DOCUMENT_ID, FOLDER } from './document-fields.js';

const DocumentId = () => z.string().regex(...DOCUMENT_ID);
const Folder = () => z.string().regex(...FOLDER);
const Title = () => z.string().trim().min(1).max(200);
/** Characters, not bytes: with JSON's escapes this stays under the 6 MB a Lambda can take. */
const Body = () => z.string().max(1_000_000);

const Summary = () =>
  z.object({
    id: DocumentId(),
    folder: z.string(),
    title: z.string(),
    /** UTF-8 bytes of the body. */
    bytes: z.int().nonnegative(),
    /** Counts the edits, from 1. */
    version: z.int().positive(),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
  });

const Missing = () => z.object({ id: z.string() });
const Stale = () => z.object({ id: z.string(), currentVersion: z.int() });

export const documents = service('documents', {
  list: query({
    summary: 'Documents, newest change first, a page at a time',
    auth: 'public',
    input: () =>
      z.object({
        /** Absent: every folder. */
        folder: Folder().optional(),
        limit: z.int().min(1).max(100).default(20),
        /** `nextCursor` of the page before. */
        cursor: z.string().max(2_000).optional(),
      }),
    output: () => z.object({ items: z.array(Summary()), nextCursor: z.string().nullable() }),
    rest: 'GET /documents',
  }),

  get: query({
    summary: 'One document with its body',
    auth: 'public',
    input: () => z.object({ id: DocumentId() }),
    output: () => Summary().extend({ body: z.string() }),
    errors: { NOT_FOUND: Missing },
    rest: 'GET /documents/{id}',
  }),

  many: query({
    summary: 'Facts of the documents of these ids that exist, in the order asked for',
    auth: 'public',
    /** At most 50, so that the longest ids fit into a URL. */
    input: () => z.object({ id: z.array(DocumentId()).min(1).max(50) }),
    output: () => z.object({ items: z.array(Summary()) }),
    rest: 'GET /summaries',
  }),

  folders: query({
    summary: 'The folders, by name; a folder stays once it held a document',
    auth: 'public',
    output: () => z.object({ folders: z.array(z.string()) }),
    rest: 'GET /folders',
  }),

  save: mutation({
    summary: 'Creates a document, or replaces it when the id exists',
    auth: 'user',
    input: () => z.object({ id: DocumentId().optional(), folder: Folder(), title: Title(), body: Body() }),
    output: Summary,
    rest: { route: 'POST /documents', status: 201 },
  }),

  edit: mutation({
    summary: 'Changes title or body, if nobody else has since the version the editor saw',
    auth: 'user',
    input: () => z.object({ id: DocumentId(), version: z.int().positive(), title: Title().optional(), body: Body().optional() }),
    output: Summary,
    errors: { NOT_FOUND: Missing, STALE_VERSION: error('CONFLICT', Stale) },
    rest: 'POST /documents/{id}',
  }),

  remove: mutation({
    summary: 'Deletes a document and its body',
    auth: 'user',
    idempotent: true,
    input: () => z.object({ id: DocumentId() }),
    output: () => z.object({ id: z.string() }),
    errors: { NOT_FOUND: Missing },
    rest: 'DELETE /documents/{id}',
  }),

  move: mutation({
    summary: 'Moves documents into a folder, all of them or none',
    auth: 'user',
    idempotent: true,
    input: () => z.object({ ids: z.array(DocumentId()).min(1).max(25), folder: Folder() }),
    output: () => z.object({ items: z.array(Summary()) }),
    errors: { NOT_FOUND: () => z.object({ ids: z.array(z.string()) }) },
    rest: 'POST /moves',
  }),

  changes: subscription({
    summary: 'Every change, as it happens',
    auth: 'public',
    /** Absent folder: changes of every folder. */
    input: () => z.object({ folder: Folder().optional() }),
    event: () => z.object({ change: z.enum(['saved', 'edited', 'removed']), document: Summary() }),
    retain: '24h',
  }),
});
