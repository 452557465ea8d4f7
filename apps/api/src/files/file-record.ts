/**
 * A file is a record in the table and an object in the bucket. An upload is recorded when its URL is signed and exists once the object
 * does, so the object decides what callers see: its size, its type, and whether there is a file at all.
 */

import type { files } from '@org/gateway-contract';
import type { OutputOf } from '@org/gateway-core';
import type { UploadRecord, UploadRecords } from '@org/gateway-server';
import type { ObjectInfo } from '@org/gateway-server/service';
import { changeKey } from '../change-key.js';
import type { FilesContext } from './context.js';
import type { FileItem } from './resources.js';

export type FileInfo = OutputOf<(typeof files)['procedures']['put']>;

/** The record of a file. */
export function fileRecord(file: UploadRecord): FileItem {
  return { ...file, collection: 'files', changeKey: changeKey(file.requestedAtMs, file.key) };
}

/** Uploads are remembered in the table of files. */
export function fileRecords({ table }: FilesContext): UploadRecords {
  return {
    get: (key) => table.get({ key }),
    put: (record) => table.put(fileRecord(record)),
    delete: (key) => table.delete({ key }),
  };
}

/** What callers see: the name from the record, everything else from the object. */
export function fileInfo({ key, name }: FileItem, { contentType, bytes, modifiedAtMs }: ObjectInfo): FileInfo {
  return { key, name, contentType, bytes, uploadedAtMs: modifiedAtMs };
}

/** The file behind a record, or undefined when nothing was uploaded. */
export async function uploadedFile(ctx: FilesContext, item: FileItem): Promise<FileInfo | undefined> {
  const object = await ctx.uploads.head(item.key);
  return object && fileInfo(item, object);
}
