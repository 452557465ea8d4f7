/**
 * The operations service. Its callers have no token: `ctx.user.id` is an ARN, which API Gateway has checked.
 */

import { type Implementation, implement } from '@org/gateway-server';
import { operationsService } from './service.js';

/** The service's handlers. */
export function operationsHandlers(): Implementation {
  return implement(operationsService, {
    caller: ({ ctx }) => ({ arn: ctx.user.id }),

    signOutUser: ({ input: { userId }, ctx }) => {
      ctx.log.info('sign-ins are ended', { by: ctx.user.id, user: userId, requestId: ctx.requestId });
      return ctx.sessions.revoke(userId);
    },
  });
}
