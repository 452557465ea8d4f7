/**
 * Who opens a connection, decided at `$connect`: nobody with a forbidden origin or a ticket that does not do, a ticket's owner, or an
 * anonymous caller. PROTOCOL.md P5.7 and P5.8.
 */

import { userOf } from '../rest/rest-user.js';
import type { SocketEvent } from '../websocket/socket-event.js';
import { type Identity, isOver } from './identity.js';
import { allowsOrigin } from './origins.js';
import type { SignInStore } from './sign-in-store.js';

/** Characters of a ticket; what is longer is none of ours. */
const MAX_TICKET_LENGTH = 200;

/** Either the caller, or the status that refuses the handshake. */
export type Admission = { readonly user: Identity | null } | { readonly refused: 401 | 403 };

export interface AdmissionOptions {
  /** Absent on a stage without identity: tickets are passed over. */
  readonly signIns: SignInStore | undefined;
  readonly allowedOrigin: string;
  readonly nowMs: number;
}

/** Whether a handshake is served. A ticket is used up by it. */
export async function admit(event: SocketEvent, { signIns, allowedOrigin, nowMs }: AdmissionOptions): Promise<Admission> {
  if (!allowsOrigin(allowedOrigin, originOf(event))) return { refused: 403 };
  const ticket = event.queryStringParameters?.ticket;
  if (!signIns || ticket === undefined) return { user: userOf(event.requestContext.authorizer) };
  const user = ticket.length > 0 && ticket.length <= MAX_TICKET_LENGTH ? await signIns.take(ticket) : undefined;
  return user && !isOver(user, nowMs) ? { user } : { refused: 401 };
}

/** API Gateway keeps the case of header names. */
function originOf({ headers }: SocketEvent): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'origin')?.[1];
}
