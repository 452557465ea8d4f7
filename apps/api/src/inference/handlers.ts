/**
 * The inference service. The labels of documents are the labeller's work; here they are only read.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { withDependency } from '../with-dependency.js';
import { publishLines } from './publish-lines.js';
import type { LabelItem } from './resources.js';
import { inferenceService } from './service.js';
import { EVERY_DOCUMENT } from './topic.js';

const MODEL = 'classifier';

/** The service's handlers. */
export function inferenceHandlers(): Implementation {
  return implement(inferenceService, {
    classify: async ({ input: { texts }, ctx, errors }) => {
      const failed = () => errors.MODEL_FAILED({ model: MODEL });
      return withDependency(ctx.log, failed, () => ctx.classifier.invoke({ texts }));
    },

    classifyStream: async ({ input: { stream, texts }, ctx, errors }) => {
      const failed = () => errors.MODEL_FAILED({ model: MODEL });
      return withDependency(ctx.log, failed, async () => ({ count: await publishLines(ctx, stream, texts) }));
    },

    results: ({ input: { stream } }) => stream,

    label: async ({ input: { id }, ctx, errors }) => {
      const item = await ctx.labels.get({ id });
      return item === undefined ? errors.NOT_FOUND({ id }) : documentLabel(item);
    },

    labels: async ({ input, ctx }) => {
      const ids = [...new Set(input.id)];
      const items = await ctx.labels.batchGet(ids.map((id) => ({ id })));
      return { items: items.map(documentLabel) };
    },

    labelled: ({ input: { id } }) => id ?? EVERY_DOCUMENT,
  });
}

/** What callers see of an item. */
function documentLabel({ id, version, label, probability, all, labelledAtMs }: LabelItem) {
  return { id, version, label, probability, all, labelledAtMs };
}
