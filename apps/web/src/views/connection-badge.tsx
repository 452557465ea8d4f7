/** The socket's state, always in sight. */

import type { ConnectionState } from '@org/gateway-client';
import { useConnection } from '@org/gateway-client/react';
import { useGateway } from '../gateway.js';

export function ConnectionBadge() {
  const state = useConnection(useGateway());
  return (
    <output className="badge" data-testid="connection-state" data-state={state.status} title={'reason' in state ? state.reason : undefined}>
      {words(state)}
    </output>
  );
}

function words(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'Not connected';
    case 'connecting':
      return 'Connecting …';
    case 'live':
      return 'Live';
    case 'catching-up':
      return 'Catching up …';
    case 'degraded':
      return 'Slow';
    case 'offline':
      return Number.isFinite(state.retryInMs) ? `Reconnecting in ${Math.ceil(state.retryInMs / 1000)} s` : 'Offline';
    case 'closed':
      return 'Closed';
    default:
      return state satisfies never;
  }
}
