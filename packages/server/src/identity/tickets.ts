/**
 * `gw.ticket`, the mutation with which a signed-in caller gets the right to open one connection: browsers cannot send a header with a
 * WebSocket handshake, and a token in a URL would be in every log on its way. PROTOCOL.md P5.6.
 */

import { randomBytes } from 'node:crypto';
import { mutation, service } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { GATEWAY_SERVICE } from '@org/gateway-core/protocol';
import * as z from 'zod';
import type { Implementation } from '../execute/handler-types.js';
import { implement } from '../execute/implement.js';
import { defineService } from '../service/define-service.js';
import type { Clock } from '../websocket/clock.js';
import { type Identity, isOver } from './identity.js';
import type { SignInStore } from './sign-in-store.js';

/** How long a ticket is good. */
export const TICKET_LIFE_MS = 30_000;

/** The gateway's own procedures. */
export const gatewayService = service(GATEWAY_SERVICE, {
  ticket: mutation({
    // A client that cannot stay connected asks some twenty times, and then twice a minute.
    rateLimit: { perUser: { rate: 60, per: 'minute' } },
    output: () => z.object({ ticket: z.string(), expiresInMs: z.int(), signedInMs: z.int().nullable() }),
  }),
});

export interface TicketParts {
  readonly signIns: Pick<SignInStore, 'keep' | 'isRevoked'>;
  readonly clock: Pick<Clock, 'now'>;
  /** @default 32 random bytes */
  readonly newTicket?: () => string;
}

/** The gateway's own procedures with their handlers. Claims are not read: they go with the ticket as they are. */
export function ticketHandlers({ signIns, clock, newTicket = randomTicket }: TicketParts): Implementation {
  return implement(defineService(gatewayService, { uses: {} }), {
    ticket: async ({ ctx }) => {
      const user: Identity = ctx.user;
      const nowMs = clock.now();
      if (isOver(user, nowMs)) throw refused('the token has expired');
      if (await signIns.isRevoked(user)) throw refused('the sign-in was revoked');
      const ticket = newTicket();
      await signIns.keep(ticket, user, nowMs + TICKET_LIFE_MS);
      return { ticket, expiresInMs: TICKET_LIFE_MS, signedInMs: user.expiresAtMs === undefined ? null : user.expiresAtMs - nowMs };
    },
  });
}

function randomTicket(): string {
  return randomBytes(32).toString('base64url');
}

function refused(why: string): GatewayError {
  return new GatewayError('UNAUTHORIZED', `[UNAUTHORIZED] ${why}; sign in again`);
}
