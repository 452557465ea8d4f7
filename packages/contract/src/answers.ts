/**
 * Answers: questions in natural language, answered by passages of documents. The store follows the documents within moments to minutes.
 */

import { error, query, service } from '@org/gateway-core';
import * as z from 'zod';

const Answer = () =>
  z.object({
    documentId: z.string(),
    folder: z.string(),
    title: z.string(),
    /** The passage in runs; those that answer match. */
    excerpt: z.array(z.object({ text: z.string(), match: z.boolean() })),
    /** As the store judges it; null where it does not. */
    confidence: z.enum(['very-high', 'high', 'medium', 'low']).nullable(),
  });

export const answers = service('answers', {
  ask: query({
    summary: 'Passages that may answer a question, best first',
    auth: 'public',
    input: () => z.object({ question: z.string().trim().min(1).max(1_000), limit: z.int().min(1).max(20).default(5) }),
    output: () => z.object({ answers: z.array(Answer()) }),
    errors: {
      /** The store that the stage's settings name does not exist. */
      STORE_MISSING: error('FAILED_DEPENDENCY', () => z.object({ store: z.string() })),
    },
    rest: 'GET /answers',
  }),
});
