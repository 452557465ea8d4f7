/**
 * The end of an upload: what arrived is checked, then told about. Telling twice is telling once: the message's id is the file's key.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import type { FilesContext } from './context.js';
import { type FileInfo, fileInfo } from './file-record.js';
import type { FileItem } from './resources.js';

interface Errors {
  NOT_FOUND(data: { key: string }): GatewayError;
  WRONG_SIZE(data: { key: string; bytes: number; expected: number }): GatewayError;
}

/** The file, once it is known to be whole and has been told about. What has another size than was asked for is removed. */
export async function finishUpload(ctx: FilesContext, item: FileItem, errors: Errors): Promise<FileInfo | GatewayError> {
  const { key, bytes: expected, upTo } = item;
  const object = await ctx.uploads.head(key);
  if (object === undefined) return errors.NOT_FOUND({ key });
  if (upTo === true ? object.bytes > expected : object.bytes !== expected) {
    await ctx.uploads.delete(key);
    return errors.WRONG_SIZE({ key, bytes: object.bytes, expected });
  }
  const file = fileInfo(item, object);
  await tell(ctx, file);
  return file;
}

/** Tells the bus that a file is there. */
export async function tell(ctx: FilesContext, { key, name, contentType, bytes }: FileInfo): Promise<void> {
  await ctx.events.publish('uploaded', { key, name, contentType, bytes }, { id: key, key });
}
