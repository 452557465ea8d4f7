/**
 * Announces changes to subscribers: of the folder, and of every folder. A document that moves is announced in the folder it left too.
 *
 * The change is stored by then and stays. If an announcement fails the call still succeeds, the failure is logged as an error, and
 * subscribers learn of the change from the document's next one or from `list`: refusing the call would tell its caller that nothing
 * happened.
 */

import type { DocumentsContext } from './context.js';
import { summaryOf } from './document-item.js';
import type { DocumentItem } from './resources.js';

/** Key of the topic with every folder's changes; no folder can have this name. */
export const EVERY_FOLDER = '*';

export interface Announcement {
  readonly change: 'saved' | 'edited' | 'removed';
  readonly item: DocumentItem;
  readonly before?: DocumentItem | undefined;
}

/** Resolves when every topic has the event, or has failed to take it. Never rejects. */
export async function announce(ctx: DocumentsContext, { change, item, before }: Announcement): Promise<void> {
  const topics = new Set([EVERY_FOLDER, item.folder, before?.folder ?? item.folder]);
  const event = { change, document: summaryOf(item) };
  const announcements = [...topics].map(async (topic) => {
    try {
      await ctx.publish('changes', topic, event);
    } catch (cause) {
      ctx.log.error('change was stored and not announced', { topic, change, id: item.id, version: item.version, cause });
    }
  });
  await Promise.all(announcements);
}
