/**
 * The connection a call came over, for `ctx.connection()`. API Gateway runs frames of one connection concurrently, so the frame with the
 * connection parameters may still be on its way: PROTOCOL.md P3.6 has the call wait for it.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { ConnectionInfo } from '../execute/context.js';
import type { Clock } from './clock.js';
import type { Connection, ConnectionStore } from './connection-store.js';

/** P3.6: "at most 2 s". */
const WAIT_MS = 2_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 200;

/**
 * The connection with its parameters; empty ones when it has none.
 *
 * @throws GatewayError UNAUTHORIZED for an unknown connection at once, and after 2 s without parameters.
 */
export async function waitForConnection(store: ConnectionStore, connectionId: string, clock: Clock): Promise<ConnectionInfo> {
  const { session, params } = await openConnection(store, connectionId, clock);
  return { id: connectionId, ...(session === undefined ? {} : { session }), params };
}

/**
 * All that is known of it, once its parameters are.
 *
 * @throws GatewayError UNAUTHORIZED for an unknown connection at once, and after 2 s without parameters.
 */
export async function openConnection(
  store: ConnectionStore,
  connectionId: string,
  clock: Clock,
): Promise<Connection & Pick<ConnectionInfo, 'params'>> {
  const deadlineMs = clock.now() + WAIT_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const connection = await store.get(connectionId);
    if (!connection) throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the connection is closed; open a new one');
    const { params } = connection;
    if (params) return { ...connection, params };
    const leftMs = deadlineMs - clock.now();
    if (leftMs <= 0) {
      throw new GatewayError(
        'UNAUTHORIZED',
        `[UNAUTHORIZED] no connectionParams arrived within ${WAIT_MS} ms; send them as the first frame or open the connection without connectionParams=1`,
      );
    }
    await clock.sleep(Math.min(pauseMs, leftMs));
  }
}
