/**
 * Loads documents through the typed client, as any program would: what is there already is left alone, so that a second start is fast and
 * edits survive. A document that fails is reported and does not stop the others.
 */

import { type GatewayClient, isGatewayError } from '@org/gateway-client';
import type { MarkdownFile } from './collect-markdown.js';

/** How far an import is. */
export interface ImportProgress {
  readonly total: number;
  readonly done: number;
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/** Calls in flight at a time. */
const CONCURRENCY = 4;

/** Imports what is missing and resolves with the final count; `onProgress` is called after every document. */
export async function importDocuments(
  gateway: GatewayClient,
  files: readonly MarkdownFile[],
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportProgress> {
  const known = await knownIds(gateway);
  const missing = files.filter((file) => !known.has(file.id));
  const failed: { id: string; reason: string }[] = [];
  let done = 0;
  const queue = missing[Symbol.iterator]();
  const worker = async () => {
    for (const file of queue) {
      try {
        await gateway.documents.save.mutate(file);
      } catch (error) {
        failed.push({ id: file.id, reason: isGatewayError(error) ? error.message : String(error) });
      }
      done += 1;
      onProgress({ total: missing.length, done, failed });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return { total: missing.length, done, failed };
}

async function knownIds(gateway: GatewayClient): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let cursor: string | null | undefined;
  do {
    const page = await gateway.documents.list.query({ limit: 100, ...(cursor ? { cursor } : {}) });
    for (const { id } of page.items) ids.add(id);
    cursor = page.nextCursor;
  } while (cursor);
  return ids;
}
