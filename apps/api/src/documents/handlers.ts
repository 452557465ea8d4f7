/**
 * The documents service. An acknowledged change is stored and announced; a reader sees a version whole or not at all. Lists come from
 * indexes, which DynamoDB keeps moments behind the table.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { newId, type RandomBytes } from '../new-id.js';
import { announce, EVERY_FOLDER } from './announce.js';
import type { DocumentsContext } from './context.js';
import { inFolder, nextVersion, summaryOf } from './document-item.js';
import { moveDocuments } from './move-documents.js';
import { readDocument } from './read-document.js';
import { documentsService } from './service.js';
import { untilFirst } from './until-first.js';
import { deleteDocument, writeDocument } from './write-document.js';

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

    many: async ({ input, ctx }) => {
      const ids = [...new Set(input.id)];
      const items = await ctx.table.batchGet(ids.map((id) => ({ id })));
      return { items: items.map(summaryOf) };
    },

    folders: async ({ ctx }) => ({ folders: await allFolders(ctx) }),

    save: async ({ input, ctx }) => {
      const id = input.id ?? newId(ctx.now(), randomBytes);
      return untilFirst(`document ${id} is`, async () => {
        const before = await ctx.table.get({ id });
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
      untilFirst(`document ${id} is`, async () => {
        const item = await ctx.table.get({ id });
        if (item === undefined) return errors.NOT_FOUND({ id });
        if (!(await deleteDocument(ctx, item))) return undefined;
        await announce(ctx, { change: 'removed', item });
        return { id };
      }),

    move: async ({ input: { ids, folder }, ctx, errors }) =>
      untilFirst('some of these documents are', async () => {
        const keys = [...new Set(ids)].map((id) => ({ id }));
        const before = await ctx.table.batchGet(keys);
        const missing = keys.filter(({ id }) => !before.some((item) => item.id === id)).map(({ id }) => id);
        if (missing.length > 0) return errors.NOT_FOUND({ ids: missing });
        const after = before.map((item) => inFolder(item, folder, ctx.now(), randomBytes));
        if (!(await moveDocuments(ctx, before, after))) return undefined;
        const moved = after.flatMap((item, at) => (item === before[at] ? [] : { change: 'edited' as const, item, before: before[at] }));
        await Promise.all(moved.map((announcement) => announce(ctx, announcement)));
        return { items: after.map(summaryOf) };
      }),

    changes: ({ input: { folder } }) => folder ?? EVERY_FOLDER,
  });
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
