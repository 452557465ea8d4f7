/**
 * The Lambda handler of `$connect`, `$disconnect` and `$default`. The last gets what API Gateway cannot route to a service by `svc`:
 * `PING`, connection parameters, stock tRPC's frames and arrays of them. Never rejects for a frame.
 */

import { GATEWAY_PROTOCOL } from '@org/gateway-core/protocol';
import { admit } from '../identity/connect.js';
import type { SignInStore } from '../identity/sign-in-store.js';
import type { TokenVerifier } from '../identity/token-verifier.js';
import type { PayloadStore } from '../large-messages/payload-store.js';
import type { RoomKeeper } from '../presence/room-keeper.js';
import type { Logger } from '../telemetry/logger.js';
import type { SubscriptionStore } from '../topics/subscription-store.js';
import type { TopicLog } from '../topics/topic-log.js';
import type { Clock } from './clock.js';
import { CONNECTION_OLD_MS, type ConnectionStore } from './connection-store.js';
import { defaultRoute } from './default-route.js';
import { RECONNECT_FRAME } from './frame-text.js';
import type { ConnectionSender } from './sender.js';
import type { ServiceInvoker } from './service-invoker.js';
import type { LambdaContext, SocketEvent, SocketResult } from './socket-event.js';

export interface SocketParts {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
  /** Read only. */
  readonly topics: Pick<TopicLog, 'peek' | 'read'>;
  readonly sender: ConnectionSender;
  readonly services: ServiceInvoker;
  /** @default none: a message that fits in no frame is refused */
  readonly payloads?: Pick<PayloadStore, 'place'> | undefined;
  /** Rooms that connections are in. @default none */
  readonly rooms?: RoomKeeper | undefined;
  /** Checks tokens. @default none: the stage has no identity */
  readonly tokens?: TokenVerifier | undefined;
  /** Tickets and revocations. @default none: the stage has no identity */
  readonly signIns?: SignInStore | undefined;
  /** Which pages may connect: `*`, or origins with spaces between them. @default '*' */
  readonly allowedOrigin?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Serves the events of connections. Rejects for `$connect` only, which refuses the connection. */
export function createSocketHandler(parts: SocketParts): (event: SocketEvent, lambda: LambdaContext) => Promise<SocketResult> {
  return async (event, lambda) => {
    const { eventType } = event.requestContext;
    switch (eventType) {
      case 'CONNECT':
        return { statusCode: await connect(parts, event) };
      case 'DISCONNECT':
        await disconnect(parts, event);
        return { statusCode: 200 };
      case 'MESSAGE': {
        const [body] = await Promise.all([defaultRoute({ parts, event, lambda }), askToMove(parts, event)]);
        return body === undefined ? { statusCode: 200 } : { statusCode: 200, body };
      }
      default:
        return eventType satisfies never;
    }
  };
}

/**
 * The status of the handshake. Nothing can be sent yet: `@connections` answers 410 until this returns. Offered subprotocols are not answered.
 */
async function connect({ connections, signIns, allowedOrigin = '*', clock }: SocketParts, event: SocketEvent): Promise<number> {
  const { requestContext, queryStringParameters } = event;
  const { connectionId, connectedAt } = requestContext;
  const admission = await admit(event, { signIns, allowedOrigin, nowMs: clock.now() });
  if ('refused' in admission) return admission.refused;
  const { user } = admission;
  const awaitsParams = queryStringParameters?.connectionParams === '1';
  await connections.open({
    id: connectionId,
    connectedAtMs: connectedAt,
    user,
    session: sessionOf(queryStringParameters?.session),
    ...(queryStringParameters?.gw === String(GATEWAY_PROTOCOL) ? { gw: true } : {}),
    params: awaitsParams ? undefined : {},
  });
  // After the connection is among the user's: a revocation either finds it there, or is found here.
  if (user === null || !(await signIns?.isRevoked(user))) return 200;
  await connections.close(connectionId);
  return 401;
}

/** A text of 1 to 64 characters; anything else is none. */
function sessionOf(text: string | undefined): string | undefined {
  return text !== undefined && text.length > 0 && text.length <= 64 ? text : undefined;
}

/** Best effort, as the event itself: rows that stay expire, and sending to them closes them. */
async function disconnect({ connections, rooms, log }: SocketParts, { requestContext }: SocketEvent): Promise<void> {
  const { connectionId, disconnectStatusCode } = requestContext;
  // Before its rows are gone, which say where it was.
  await rooms?.leave(connectionId);
  try {
    await connections.close(connectionId);
  } catch (cause) {
    log.warn('connection cannot be cleaned up, its rows expire', { connectionId, disconnectStatusCode, cause });
  }
}

/** P3.11, once, before API Gateway cuts the connection at two hours. */
async function askToMove({ connections, sender, clock, log }: SocketParts, { requestContext }: SocketEvent): Promise<void> {
  const { connectionId, connectedAt } = requestContext;
  if (clock.now() - connectedAt < CONNECTION_OLD_MS) return;
  try {
    if (await connections.claimReconnect(connectionId)) await sender.post(connectionId, RECONNECT_FRAME);
  } catch (cause) {
    log.warn('reconnect cannot be sent', { connectionId, cause });
  }
}
