/**
 * Labels a document's version. Messages may come late or twice: only the version that is current is read, a newer one has a message of its
 * own. A version that was labelled before is announced again, because nobody knows whether it was then.
 */

import { implementWorker, type WorkerContext, type WorkerImplementation } from '@org/gateway-server';
import { readBody } from '../documents/read-body.js';
import type { DocumentItem } from '../documents/resources.js';
import type { LabelItem } from '../inference/resources.js';
import { EVERY_DOCUMENT } from '../inference/topic.js';
import { labellerWorker } from './service.js';

type LabellerContext = WorkerContext<(typeof labellerWorker)['uses'], (typeof labellerWorker)['announces']>;

/** Characters that the model reads: what a text is about shows at its beginning. */
const READ_CHARACTERS = 4_000;

/** The worker's handler. */
export function labellerHandler(): WorkerImplementation {
  return implementWorker(labellerWorker, async ({ message: { data }, ctx }) => {
    const { id, updatedAtMs } = data;
    const item = await ctx.documents.get({ id });
    if (item === undefined) await ctx.labels.delete({ id });
    else if (item.updatedAtMs === updatedAtMs && data.change === 'saved') await labelVersion(ctx, item);
  });
}

async function labelVersion(ctx: LabellerContext, item: DocumentItem): Promise<void> {
  const before = await ctx.labels.get({ id: item.id });
  const label = before?.updatedAtMs === item.updatedAtMs ? before : await readAndStore(ctx, item);
  if (label === undefined) return;
  const event = { id: label.id, version: label.version, label: label.label, probability: label.probability };
  await Promise.all([EVERY_DOCUMENT, label.id].map((topic) => ctx.publish('labelled', topic, event)));
}

/** The stored label; undefined when the version is not the current one any more. */
async function readAndStore(ctx: LabellerContext, item: DocumentItem): Promise<LabelItem | undefined> {
  const body = await readBody(ctx, item);
  if (body === undefined) return undefined;
  const text = `${item.title}\n\n${body}`.slice(0, READ_CHARACTERS);
  const { labels } = await ctx.classifier.invoke({ texts: [text] });
  const [label] = labels;
  if (label === undefined) throw new Error(`the model gave no label for document ${item.id}`);
  const { id, version, updatedAtMs } = item;
  const stored: LabelItem = { ...label, id, version, updatedAtMs, labelledAtMs: ctx.now() };
  await ctx.labels.put(stored);
  return stored;
}
