/**
 * The model, and where its labels of documents are kept.
 */

import { model, table } from '@org/gateway-server/service';
import * as z from 'zod';

const Guess = () => z.object({ label: z.string(), probability: z.number().min(0).max(1) });

/** The best label of a text, and all of them, best first. */
const TextLabel = () => Guess().extend({ all: z.array(Guess()) });

export type TextLabel = z.output<ReturnType<typeof TextLabel>>;

/** Says what texts are about; streamed, it answers a line per text, in their order. */
export const Classifier = model('Classifier', {
  input: () => z.object({ texts: z.array(z.string()) }),
  output: () => z.object({ labels: z.array(TextLabel()) }),
  chunk: TextLabel,
});

const LabelItem = () =>
  TextLabel().extend({
    id: z.string(),
    version: z.int(),
    /** Of the document's version that was read: later with every version, also of a document that was removed and made again. */
    updatedAtMs: z.int(),
    labelledAtMs: z.int(),
  });

export type LabelItem = z.output<ReturnType<typeof LabelItem>>;

/** One label per document. */
export const Labels = table('Labels', { item: LabelItem, partitionKey: 'id' });
