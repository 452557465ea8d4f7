/**
 * Turns what the readers of a template throw into the stage's one error, so that the command line shows a sentence and not a stack.
 */
import { StageError } from '../stage-error.js';

/** The result of `read`. @throws StageError `TEMPLATE_INVALID` with the stack's name, for whatever `read` throws */
export function orRefuse<TResult>(stackName: string, read: () => TResult): TResult {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StageError) throw cause;
    throw new StageError('TEMPLATE_INVALID', `stack ${stackName}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
