/**
 * Ends the sign-ins of a user. The mark is written before the user's connections are read, and a connection that opens meanwhile is among
 * the user's before it looks for the mark: it is found by one of the two. PROTOCOL.md P5.12.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { BYE_CODES, type ByeFrame } from '@org/gateway-core/protocol';
import type { SessionsClient } from '../service/sessions.js';
import { createKeyTable, createKeyTableSdk } from '../topics/key-table.js';
import { forEachParallel } from '../topics/parallel.js';
import type { Clock } from '../websocket/clock.js';
import type { ConnectionStore } from '../websocket/connection-store.js';
import { createDynamoConnectionStore } from '../websocket/dynamodb-connection-store.js';
import { createManagementApiSender, type ManagementApiSenderOptions } from '../websocket/management-api-sender.js';
import { type ConnectionSender, sendFailureKind } from '../websocket/sender.js';
import { createSignInStore, type SignInStore } from './sign-in-store.js';

export interface SessionsParts {
  readonly connections: Pick<ConnectionStore, 'ofUser'>;
  readonly signIns: Pick<SignInStore, 'revoke'>;
  /** Absent on a stage without a socket. */
  readonly sender: ConnectionSender | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

const PARALLEL_CLOSES = 16;

const BYE = JSON.stringify({
  id: null,
  method: 'gw.bye',
  params: { code: BYE_CODES.SIGNED_OUT, why: 'your sessions were revoked', retry: false },
} satisfies ByeFrame);

/** Sessions of users. */
export function createSessions({ connections, signIns, sender, clock }: SessionsParts): SessionsClient {
  return {
    revoke: async (userId) => {
      await signIns.revoke(userId, clock.now());
      const own = sender === undefined ? [] : await connections.ofUser(userId);
      const failures: unknown[] = [];
      await forEachParallel(own, PARALLEL_CLOSES, async (id) => {
        // Who does not get the frame is closed all the same.
        await sender?.post(id, BYE).catch(() => undefined);
        await sender?.close(id).catch((cause: unknown) => failures.push(cause));
      });
      if (failures.length === 0) return { connections: own.length };
      // What is not allowed will not be the next time either.
      const denied = failures.find((cause) => sendFailureKind(cause) === 'refused');
      if (denied !== undefined) throw denied;
      throw new GatewayError(
        'SERVICE_UNAVAILABLE',
        `[SERVICE_UNAVAILABLE] ${failures.length} of ${own.length} connections could not be closed; try again`,
        {
          cause: failures[0],
        },
      );
    },
  };
}

/** What sessions are opened with: where they are, and how requests are signed. */
export interface OpenSessionsOptions extends Pick<ManagementApiSenderOptions, 'region' | 'credentials'> {
  /** Name of the table of connections, and after a space the socket's endpoint, where there is a socket. */
  readonly location: string;
  readonly clock: Clock;
}

/** The sessions of a stage. Opens nothing until the first operation. */
export function openSessions({ location, clock, region, credentials }: OpenSessionsOptions): SessionsClient {
  const [tableName = '', endpoint] = location.split(' ');
  const table = createKeyTable(createKeyTableSdk(), tableName);
  return createSessions({
    connections: createDynamoConnectionStore({ table, clock }),
    signIns: createSignInStore({ table, clock }),
    sender: endpoint ? createManagementApiSender({ endpoint, region, credentials }) : undefined,
    clock,
  });
}
