/**
 * Calls of backends whose failure a caller is told of by a declared error.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Logger } from '@org/gateway-server';

/**
 * The result of a call; when the backend failed (FAILED_DEPENDENCY), what it said is logged and `failure()` thrown. Any other error passes.
 */
export async function withDependency<TResult>(log: Logger, failure: () => GatewayError, call: () => Promise<TResult>): Promise<TResult> {
  try {
    return await call();
  } catch (cause) {
    if (!isFailedDependency(cause)) throw cause;
    log.warn('a backend failed', { cause });
    throw failure();
  }
}

/** Whether a backend failed, as opposed to being busy or out of reach. */
export function isFailedDependency(cause: unknown): cause is GatewayError {
  return cause instanceof GatewayError && cause.code === 'FAILED_DEPENDENCY';
}
