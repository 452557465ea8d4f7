/**
 * Follows a subscription for as long as the page needs it. It survives reconnects by itself; when events were missed for good (the page
 * slept longer than they are kept) it begins anew, and says so.
 */

import { isGatewayError } from '@org/gateway-client';

export interface Follow<TEvent> {
  /** Opens the subscription. */
  readonly open: () => AsyncIterable<TEvent>;
  readonly onEvent: (event: TEvent) => void;
  readonly onMissed?: () => void;
  /** It cannot go on. */
  readonly onFailure?: (failure: unknown) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the signal ended it, or a failure did. */
export async function follow<TEvent>({ open, onEvent, onMissed, onFailure, signal }: Follow<TEvent>): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of open()) onEvent(event);
      return;
    } catch (failure) {
      if (!isGatewayError(failure) || failure.code !== 'PRECONDITION_FAILED') return onFailure?.(failure);
      onMissed?.();
    }
  }
}
