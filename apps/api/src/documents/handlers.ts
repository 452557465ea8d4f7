/**
 * The documents service. An acknowledged change is stored and announced; a reader sees a version whole or not at all. Lists come from
 * indexes, which DynamoDB keeps moments behind the table.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { type Implementation, implement } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { announce, EVERY_FOLDER } from './announce.js';
import type { DocumentsContext } from './context.js';
import { nextVersion, summaryOf } from './document-item.js';
import { readDocument } from './read-document.js';
import { type DocumentItem, documentsService } from './service.js';
import { deleteDocument, writeDocument } from './write-document.js';

/** Writers of one document that may come first before a save or a removal gives up. */
const MAX_ATTEMPTS = 5;

/** The service's handlers, with their source of ids and body keys. */
export function documentsHandlers(randomBytes: RandomBytes): Implementation {
  return implement(documentsService, {
    list: async ({ input: { folder, limit, cursor }, ctx }) => {
      const scope =
        folder === undefined
          ? ({ index: 'byChange', where: { collection: 'documents' } } as const)
          : ({ index: 'byFolder', where: { folder } } as const);
      const page = await ctx.table.query({ ...scope, descending: true, limit, cursor });
      return { items: page.items.map(summaryOf), nextCursor: page.cursor };
    },

    get: async ({ input: { id }, ctx, errors }) => {
      const found = await readDocument(ctx, id);
      return found ? { ...summaryOf(found.item), body: found.body } : errors.NOT_FOUND({ id });
    },

    folders: async ({ ctx }) => ({ folders: await allFolders(ctx) }),

    save: async ({ input, ctx }) => {
      const id = input.id ?? newId(ctx.now(), randomBytes);
      return untilFirst(ctx, id, async (before) => {
        const after = nextVersion(before, { ...input, id, nowMs: ctx.now() }, randomBytes);
        if (!(await writeDocument(ctx, { before, after, body: input.body }))) return undefined;
        await announce(ctx, { change: 'saved', item: after, before });
        return summaryOf(after);
      });
    },

    edit: async ({ input: { id, version, title, body }, ctx, errors }) => {
      const before = await ctx.table.get({ id });
      if (before === undefined) return errors.NOT_FOUND({ id });
      if (before.version !== version) return errors.STALE_VERSION({ id, currentVersion: before.version });
      if (title === undefined && body === undefined) return summaryOf(before);
      const change = { id, folder: before.folder, title: title ?? before.title, body, nowMs: ctx.now() };
      const after = nextVersion(before, change, randomBytes);
      if (await writeDocument(ctx, { before, after, body })) {
        await announce(ctx, { change: 'edited', item: after });
        return summaryOf(after);
      }
      const current = await ctx.table.get({ id });
      return current ? errors.STALE_VERSION({ id, currentVersion: current.version }) : errors.NOT_FOUND({ id });
    },

    remove: async ({ input: { id }, ctx, errors }) =>
      untilFirst(ctx, id, async (item) => {
        if (item === undefined) return errors.NOT_FOUND({ id });
        if (!(await deleteDocument(ctx, item))) return undefined;
        await announce(ctx, { change: 'removed', item });
        return { id };
      }),

    changes: ({ input: { folder } }) => folder ?? EVERY_FOLDER,
  });
}

/** Tries a change on the document as it is now, again while others come first. */
async function untilFirst<TResult>(
  ctx: DocumentsContext,
  id: string,
  attempt: (current: DocumentItem | undefined) => Promise<TResult | undefined>,
): Promise<TResult> {
  for (let count = 0; count < MAX_ATTEMPTS; count++) {
    const result = await attempt(await ctx.table.get({ id }));
    if (result !== undefined) return result;
  }
  throw new GatewayError('SERVICE_UNAVAILABLE', `[SERVICE_UNAVAILABLE] document ${id} is being changed by others all the time; try again`);
}

async function allFolders(ctx: DocumentsContext): Promise<string[]> {
  const folders: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ctx.folders.query({ where: { collection: 'folders' }, limit: 1_000, cursor });
    folders.push(...page.items.map(({ folder }) => folder));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return folders;
}
