/**
 * A file is a record in the table and an object in the bucket. An upload is recorded when its URL is signed and exists once the object
 * does, so the object decides what callers see: its size, its type, and whether there is a file at all.
 */

import type { files } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import type { ObjectInfo } from '@org/gateway-server/service';
import { changeKey } from '../change-key.js';
import type { FilesContext } from './context.js';
import type { FileItem } from './service.js';

export type FileInfo = OutputOf<(typeof files)['procedures']['put']>;

/** How long a signed URL is good for. */
export const URL_LIFETIME_SECONDS = 600;

/** An upload begun in the URL's last second may run for a while; a day later it is not coming any more. */
const ABANDONED_AFTER_MS = 86_400_000;

/** The record of a file. */
export function fileRecord(file: Pick<FileItem, 'key' | 'name' | 'contentType' | 'bytes'>, nowMs: number): FileItem {
  return { ...file, collection: 'files', requestedAtMs: nowMs, changeKey: changeKey(nowMs, file.key) };
}

/** What callers see: the name from the record, everything else from the object. */
export function fileInfo({ key, name }: FileItem, { contentType, bytes, modifiedAtMs }: ObjectInfo): FileInfo {
  return { key, name, contentType, bytes, uploadedAtMs: modifiedAtMs };
}

/** The file behind a record, or undefined when nothing was uploaded. The record of an upload that is not coming any more is removed. */
export async function uploadedFile(ctx: FilesContext, item: FileItem): Promise<FileInfo | undefined> {
  const object = await ctx.uploads.head(item.key);
  if (object !== undefined) return fileInfo(item, object);
  if (ctx.now() - item.requestedAtMs > ABANDONED_AFTER_MS) await forget(ctx, item);
  return undefined;
}

/** Housekeeping must not fail the call that came by. */
async function forget(ctx: FilesContext, { key }: FileItem): Promise<void> {
  try {
    await ctx.table.delete({ key });
  } catch (cause) {
    ctx.log.warn('record of an abandoned upload left behind', { key, cause });
  }
}
