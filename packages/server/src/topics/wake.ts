/**
 * Wakes: what is asked of the fan-out, the one sender of a subscription's frames, through the topic's stream.
 */

import type { EventPosition } from '@org/gateway-core/protocol';
import { requestKey } from '../websocket/request-key.js';
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

/** Close the connection, which could not be closed when a frame of it was lost. */
export interface CloseWake {
  readonly kind: 'close';
  readonly key: SubscriptionKey;
  /** From 1. */
  readonly attempt: number;
}

export type Wake = StartWake | StopWake | CloseWake;

/** Wakes with the same id are the same one. */
export function wakeId(wake: Wake): string {
  const { connectionId, requestId, token } = wake.key;
  return [connectionId, requestKey(requestId), token, wake.kind, variant(wake)].join('#');
}

function variant(wake: Wake): number {
  switch (wake.kind) {
    case 'start':
      return wake.from.offset;
    case 'stop':
      return 0;
    case 'close':
      return wake.attempt;
    default:
      return wake satisfies never;
  }
}
