/**
 * Writes documents as they are now into index and store, while others change them: after each write it looks again, and writes those that
 * changed meanwhile once more. Whoever changes one later finds this write done, so the change's own write is the last.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { indexedVersion, removedVersion } from '../search/index-entry.js';
import type { IndexingContext } from './context.js';

type Document = Awaited<ReturnType<IndexingContext['documents']['get']>>;

/** What must be known of a document to take it out again. */
export type DocumentStamp = Pick<Document, 'id' | 'updatedAtMs'>;

/** Documents that are written together: Kendra takes ten at a time, and their bodies may have a million characters each. */
const TOGETHER = 10;

/** Functions of the documents service that work for one rebuild at a time. */
const READERS = 4;

/** Brings index and store to where these documents are. */
export async function indexDocuments(ctx: IndexingContext, documents: readonly DocumentStamp[]): Promise<void> {
  for (let at = 0; at < documents.length; at += TOGETHER) await indexTogether(ctx, documents.slice(at, at + TOGETHER));
}

/** Takes documents out of store and index: out of the index last, because it alone says which entries are left to take out. */
export async function forgetDocuments(ctx: IndexingContext, documents: readonly DocumentStamp[]): Promise<void> {
  if (documents.length === 0) return;
  await ctx.store.remove(documents.map(({ id }) => id));
  await ctx.index.write(documents.map(removedVersion));
}

async function indexTogether(ctx: IndexingContext, documents: readonly DocumentStamp[]): Promise<void> {
  let pending = documents;
  while (pending.length > 0) {
    const read = await readAll(ctx, pending);
    const found = read.filter((document) => document !== undefined);
    await forgetDocuments(
      ctx,
      pending.filter((_, at) => read[at] === undefined),
    );
    if (found.length === 0) return;
    await ctx.index.write(found.map((document) => indexedVersion(document, document.body)));
    await ctx.store.put(found.map(({ id, title, body }) => ({ id, title, text: body })));
    const { items } = await ctx.documents.many({ id: found.map(({ id }) => id) });
    const times = new Map(items.map(({ id, updatedAtMs }) => [id, updatedAtMs]));
    pending = found.filter(({ id, updatedAtMs }) => times.get(id) !== updatedAtMs);
  }
}

/** The documents in the same order; undefined for those that are gone. */
async function readAll(ctx: IndexingContext, stamps: readonly DocumentStamp[]): Promise<readonly (Document | undefined)[]> {
  const read: (Document | undefined)[] = Array.from({ length: stamps.length });
  const queue = stamps.entries();
  const reader = async () => {
    for (const [at, { id }] of queue) read[at] = await readOne(ctx, id);
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return read;
}

async function readOne(ctx: IndexingContext, id: string): Promise<Document | undefined> {
  try {
    return await ctx.documents.get({ id });
  } catch (cause) {
    if (cause instanceof GatewayError && cause.code === 'NOT_FOUND') return undefined;
    throw cause;
  }
}
