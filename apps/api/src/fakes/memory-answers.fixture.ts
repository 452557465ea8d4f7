/**
 * `AnswersClient` in memory, for tests of handlers: the excerpt is a document's whole text, the words of the question in it are marked.
 */

import type { AnswersClient, AnswersDocument } from '@org/gateway-server/service';

export interface MemoryAnswers extends AnswersClient {
  readonly documents: Map<string, AnswersDocument>;
}

/** An empty store. */
export function memoryAnswers(): MemoryAnswers {
  const documents = new Map<string, AnswersDocument>();
  return {
    documents,
    ask: async (question, { limit = 5 } = {}) => {
      const words: readonly string[] = question.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
      const found = [...documents.values()].map(({ id, title, text }) => {
        const marks = [...text.matchAll(/\p{L}+/gu)].filter(([word]) => words.includes(word.toLowerCase()));
        const highlights = marks.map(({ 0: word, index }) => ({ begin: index, end: index + word.length }));
        return { documentId: id, title, excerpt: text, highlights, confidence: 'high' as const };
      });
      const answers = found.filter(({ highlights }) => highlights.length > 0);
      return answers.sort((one, other) => other.highlights.length - one.highlights.length).slice(0, limit);
    },
    put: async (added) => {
      for (const document of added) documents.set(document.id, document);
    },
    remove: async (ids) => {
      for (const id of ids) documents.delete(id);
    },
  };
}
