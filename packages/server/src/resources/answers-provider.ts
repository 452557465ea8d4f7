/** What a provider of answers does, below the rules that all share. Each rejects with the SDK's own error. */

import type { Answer, AnswersDocument } from '../service/answers.js';
import type { Attempts } from './aws-options.js';

/** A document that a provider refused. */
export interface RefusedDocument {
  readonly id: string;
  /** As the provider calls it. */
  readonly code: string;
  /** The provider's own trouble: the same may succeed later. */
  readonly mayPass: boolean;
}

export interface AnswersApi {
  ask(question: string, limit: number): Promise<readonly Answer[]>;
  /** At most 10 documents of 4 MB together. */
  put(documents: readonly AnswersDocument[]): Promise<readonly RefusedDocument[]>;
  /** At most 10. */
  remove(ids: readonly string[]): Promise<readonly RefusedDocument[]>;
}

export const ANSWERS_ATTEMPTS: Attempts = { maxAttempts: 3, timeoutMs: 8_000 };
