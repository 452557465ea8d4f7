/**
 * The fields of the GraphQL API: documents with their labels, from the same tables as everything else.
 */

import { implementWorker, type WorkerImplementation } from '@org/gateway-server';
import * as z from 'zod';
import type { DocumentItem } from '../documents/resources.js';
import type { GraphDocument } from '../graph/resources.js';
import type { LabelItem } from '../inference/resources.js';
import { readArguments } from './read-arguments.js';
import { libraryWorker } from './service.js';

/** GraphQL checks types; what a page may have is for us to check. */
const PageArguments = z.object({ folder: z.string().nullish(), limit: z.int().min(1).max(100), cursor: z.string().nullish() });
const DocumentArguments = z.object({ id: z.string() });

/** The worker's handlers. */
export function libraryHandlers(): WorkerImplementation {
  return implementWorker(libraryWorker, {
    'Query.documents': async ({ args, ctx }) => {
      const { folder, limit, cursor } = readArguments(PageArguments, args);
      const scope =
        folder == null
          ? ({ index: 'byChange', where: { collection: 'documents' } } as const)
          : ({ index: 'byFolder', where: { folder } } as const);
      const page = await ctx.documents.query({ ...scope, descending: true, limit, cursor: cursor ?? undefined });
      const labels = page.items.length === 0 ? [] : await ctx.labels.batchGet(page.items.map(({ id }) => ({ id })));
      const byId = new Map(labels.map((label) => [label.id, label]));
      return { items: page.items.map((item) => graphDocument(item, byId.get(item.id))), nextCursor: page.cursor };
    },

    'Query.document': async ({ args, ctx }) => {
      const key = readArguments(DocumentArguments, args);
      const [item, label] = await Promise.all([ctx.documents.get(key), ctx.labels.get(key)]);
      return item === undefined ? null : graphDocument(item, label);
    },
  });
}

function graphDocument({ id, folder, title, bytes, version, updatedAtMs }: DocumentItem, label: LabelItem | undefined): GraphDocument {
  return {
    id,
    folder,
    title,
    bytes,
    version,
    updatedAtMs,
    label: label === undefined ? null : { label: label.label, probability: label.probability },
  };
}
