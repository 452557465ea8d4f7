/**
 * Who sends a frame, by the connection's row as it is now: what `$connect` saw may have expired, been renewed or revoked since. A stock
 * client's token may still be on its way, like its other parameters (P3.6). PROTOCOL.md P5.10 and P5.11.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { userOf } from '../rest/rest-user.js';
import type { Clock } from '../websocket/clock.js';
import type { ConnectionStore } from '../websocket/connection-store.js';
import type { SocketRequestContext } from '../websocket/socket-event.js';
import { openConnection } from '../websocket/wait-for-connection.js';
import { type Identity, isOver } from './identity.js';

export interface SocketCallerOptions {
  readonly connections: ConnectionStore;
  readonly clock: Clock;
  /** Whether the stage has identity. */
  readonly hasIdentity: boolean;
  /** Whether the procedure takes anybody. */
  readonly isPublic: boolean;
}

/**
 * The caller of a frame, null for an anonymous one. An expired sign-in is none.
 *
 * @throws GatewayError UNAUTHORIZED for a connection that is closed or whose token was refused, SERVICE_UNAVAILABLE when it could not be checked.
 */
export async function socketIdentity(
  { authorizer, connectionId }: SocketRequestContext,
  { connections, clock, hasIdentity, isPublic }: SocketCallerOptions,
): Promise<Identity | null> {
  if (!hasIdentity) {
    // API Gateway repeats what an authorizer of `$connect` said on every frame; the table is read only when it did not and it matters.
    return userOf(authorizer) ?? (isPublic ? null : ((await connections.get(connectionId))?.user ?? null));
  }
  const { user, refused } = await openConnection(connections, connectionId, clock);
  if (refused === 'SERVICE_UNAVAILABLE')
    throw new GatewayError(refused, '[SERVICE_UNAVAILABLE] the token of the connection could not be checked; open a new one');
  if (refused !== undefined) throw new GatewayError(refused, '[UNAUTHORIZED] the token of the connection was refused; send another one');
  return user && !isOver(user, clock.now()) ? user : null;
}
