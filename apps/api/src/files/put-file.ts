/**
 * Stores a small file that came through the gateway.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { FilesContext } from './context.js';
import { type FileInfo, fileRecord, uploadedFile } from './file-record.js';
import { tell } from './tell.js';

/** A file, whole. */
export interface SmallFile {
  readonly key: string;
  readonly name: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * Stores a file and tells about it. The record first, as for an upload: cut off in between it is forgotten after a day, an object without
 * record would stay for ever. A file that could not be told about is taken out again: its caller is told that nothing happened.
 */
export async function putFile(ctx: FilesContext, { key, name, contentType, body }: SmallFile): Promise<FileInfo> {
  const record = fileRecord({ key, name, contentType, bytes: body.byteLength, requestedAtMs: ctx.now() });
  await ctx.table.put(record);
  await ctx.uploads.put(key, body, { contentType });
  const file = await uploadedFile(ctx, record);
  if (file === undefined) throw new GatewayError('INTERNAL_SERVER_ERROR', `object ${key} is gone right after it was put`);
  try {
    await tell(ctx, file);
  } catch (cause) {
    await ctx.uploads.delete(key);
    throw cause;
  }
  return file;
}
