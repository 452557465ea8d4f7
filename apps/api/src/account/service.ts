/**
 * The account service: it may end sign-ins. A sign-in that was ended does nothing more here, so that a token that was stolen cannot end the
 * next one. Data only, read by infra for permissions.
 */

import { account } from '@org/gateway-contract';
import { defineService, sessions } from '@org/gateway-server/service';
import { Claims } from '../identity/claims.js';

export const accountService = defineService(account, {
  claims: Claims,
  checksRevocation: true,
  uses: { sessions: sessions.allow('revoke') },
  memoryMb: 256,
});
