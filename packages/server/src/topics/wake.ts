/**
 * Wakes: what is asked of the fan-out, the one sender of a subscription's frames, through the topic's stream.
 */

import type { EventPosition } from '@org/gateway-core/protocol';
import type { SubscriptionKey } from './subscription-store.js';

/** Send `started`, then every event after `from`, then what comes. */
export interface StartWake {
  readonly kind: 'start';
  readonly key: SubscriptionKey;
  readonly from: EventPosition;
  /** A long replay goes on: `started` has been sent. */
  readonly resumed: boolean;
}

/** Send `stopped` and nothing after it. */
export interface StopWake {
  readonly kind: 'stop';
  readonly key: SubscriptionKey;
}

export type Wake = StartWake | StopWake;

/** Wakes with the same id are the same one. */
export function wakeId(wake: Wake): string {
  const { connectionId, requestId, token } = wake.key;
  return [connectionId, requestId, token, wake.kind, ...(wake.kind === 'start' ? [wake.from.offset] : [])].join('#');
}
