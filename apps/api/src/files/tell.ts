/**
 * Tells the bus that a file is there. Telling twice is telling once: the message's id is the file's key.
 */

import type { FilesContext } from './context.js';
import type { FileInfo } from './file-record.js';

/** Resolves once the bus has it. */
export async function tell(ctx: FilesContext, { key, name, contentType, bytes }: FileInfo): Promise<void> {
  await ctx.events.publish('uploaded', { key, name, contentType, bytes }, { id: key, key });
}
