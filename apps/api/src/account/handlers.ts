/**
 * The account service: ends sign-ins at the gateway. The issuer's own session is the issuer's to end; see `sessions` of the server package.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { accountService } from './service.js';

/** The service's handlers. */
export function accountHandlers(): Implementation {
  return implement(accountService, {
    signOutEverywhere: ({ ctx }) => ctx.sessions.revoke(ctx.user.id),

    signOutUser: ({ input: { userId }, ctx }) => {
      ctx.log.info('sign-ins are ended', { by: ctx.user.id, user: userId, requestId: ctx.requestId });
      return ctx.sessions.revoke(userId);
    },
  });
}
