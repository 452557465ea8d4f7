/**
 * Account: what people do about their own sign-ins, and support about those of others.
 */

import { mutation, service } from '@org/gateway-core';
import * as z from 'zod';

/** What became of the user's connections. */
const SignedOut = () =>
  z.object({
    /** How many were told and closed. */
    connections: z.int().nonnegative(),
  });

export const account = service('account', {
  signOutEverywhere: mutation({
    summary: 'Ends every sign-in of the caller: connections are closed, and tokens from before are refused',
    idempotent: true,
    rateLimit: { perUser: { rate: 10, per: 'minute' } },
    output: SignedOut,
    rest: 'POST /account/sign-out',
  }),

  signOutUser: mutation({
    summary: 'Ends every sign-in of a user',
    auth: { scopes: ['users:sign-out'] },
    idempotent: true,
    input: () => z.object({ /** As the issuer names them in `sub`. */ userId: z.string().min(1).max(255) }),
    output: SignedOut,
    rest: 'POST /account/{userId}/sign-out',
  }),
});
