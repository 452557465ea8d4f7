/**
 * Graph: documents with their labels, read through the GraphQL API. A stage has that API only when its settings say so; without it, these
 * procedures are not there.
 */

import { error, query, service } from '@org/gateway-core';
import * as z from 'zod';
import { DOCUMENT_ID, FOLDER } from './document-fields.js';

const GraphDocument = () =>
  z.object({
    id: z.string(),
    folder: z.string(),
    title: z.string(),
    bytes: z.int().nonnegative(),
    version: z.int().positive(),
    updatedAtMs: z.int(),
    /** Null until the model has read it. */
    label: z.object({ label: z.string(), probability: z.number() }).nullable(),
  });

/** The API answered with errors. */
const GraphFailed = error('FAILED_DEPENDENCY', () => z.object({ graph: z.string() }));

export const graph = service('graph', {
  documents: query({
    summary: 'Documents with their labels, newest change first, a page at a time',
    auth: 'public',
    input: () =>
      z.object({
        folder: z
          .string()
          .regex(...FOLDER)
          .optional(),
        limit: z.int().min(1).max(100).default(20),
        cursor: z.string().max(2_000).optional(),
      }),
    output: () => z.object({ items: z.array(GraphDocument()), nextCursor: z.string().nullable() }),
    errors: { GRAPH_FAILED: GraphFailed },
    rest: 'GET /graph/documents',
  }),

  document: query({
    summary: 'One document with its label',
    auth: 'public',
    input: () => z.object({ id: z.string().regex(...DOCUMENT_ID) }),
    output: GraphDocument,
    errors: { NOT_FOUND: () => z.object({ id: z.string() }), GRAPH_FAILED: GraphFailed },
    rest: 'GET /graph/documents/{id}',
  }),
});
