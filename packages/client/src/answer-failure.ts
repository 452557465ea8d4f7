/**
 * The errors of answers, for those who have the error class at hand.
 */

import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { type AnswerFacts, sentFailure } from './sent-failure.js';

/** The error of an answer; one that is not of this protocol becomes the code its status stands for, else INVALID_REPLY. */
export function answerFailure(path: string, shape: ErrorShape | undefined, facts: AnswerFacts): GatewayError {
  return sentFailure(GatewayError, path, shape, facts);
}
