/**
 * Inference: a model says what a text is about. Documents are labelled as they change; texts of a caller's own are classified at once, or
 * line by line as the model answers.
 */

import { error, mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';
import { DOCUMENT_ID } from './document-fields.js';

const DocumentId = () => z.string().regex(...DOCUMENT_ID);
/** Chosen by the caller, who subscribes to it before the first result comes. */
const StreamId = () => z.string().regex(/^[A-Za-z0-9-]{16,64}$/, 'expected 16 to 64 letters, digits and -, hard to guess');
const Texts = () => z.array(z.string().min(1).max(10_000)).min(1).max(32);

const Guess = () => z.object({ label: z.string(), probability: z.number().min(0).max(1) });
/** The best label, and all of them, best first. */
const Label = () => Guess().extend({ all: z.array(Guess()) });

const DocumentLabel = () =>
  Label().extend({
    id: DocumentId(),
    /** The version that was read; a newer one is labelled moments after it was saved. */
    version: z.int().positive(),
    labelledAtMs: z.int(),
  });

/** The model failed, or answered what nobody understands. */
const ModelFailed = error('FAILED_DEPENDENCY', () => z.object({ model: z.string() }));

export const inference = service('inference', {
  classify: mutation({
    summary: 'What each text is about',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ texts: Texts() }),
    output: () => z.object({ labels: z.array(Label()) }),
    errors: { MODEL_FAILED: ModelFailed },
    rest: 'POST /inference/classify',
  }),

  classifyStream: mutation({
    summary: 'The same, a text at a time: each label is an event of `results`, as the model gives it',
    auth: 'public',
    input: () => z.object({ stream: StreamId(), texts: Texts() }),
    output: () => z.object({ count: z.int().nonnegative() }),
    errors: { MODEL_FAILED: ModelFailed },
    rest: 'POST /inference/classify/{stream}',
  }),

  results: subscription({
    summary: 'Labels of one `classifyStream`, in the order of its texts, and then how it ended',
    auth: 'public',
    input: () => z.object({ stream: StreamId() }),
    event: () =>
      z.discriminatedUnion('kind', [
        Label().extend({ kind: z.literal('label'), /** Of the text, from 0. */ index: z.int().nonnegative() }),
        z.object({ kind: z.literal('end'), count: z.int().nonnegative() }),
        z.object({ kind: z.literal('failed'), count: z.int().nonnegative() }),
      ]),
    retain: '30m',
  }),

  label: query({
    summary: 'What a document is about; NOT_FOUND until the model has read it',
    auth: 'public',
    input: () => z.object({ id: DocumentId() }),
    output: DocumentLabel,
    errors: { NOT_FOUND: () => z.object({ id: z.string() }) },
    rest: 'GET /labels/{id}',
  }),

  labels: query({
    summary: 'What documents are about: those of these ids that have been read',
    auth: 'public',
    input: () => z.object({ id: z.array(DocumentId()).min(1).max(50) }),
    output: () => z.object({ items: z.array(DocumentLabel()) }),
    rest: 'GET /labels',
  }),

  labelled: subscription({
    summary: 'Documents that were labelled, as it happens',
    auth: 'public',
    /** Absent: every document. */
    input: () => z.object({ id: DocumentId().optional() }),
    event: () => Guess().extend({ id: z.string(), version: z.int().positive() }),
    retain: '24h',
    /** Labellers of an import run side by side, and all of them publish on the topic of every document. */
    sequenced: true,
  }),
});
