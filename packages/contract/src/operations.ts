/**
 * Operations: for those who run the stage, by their AWS identity. The service takes signed requests (SigV4) in place of tokens, and is not on
 * the socket. It has no routes: the OpenAPI document describes those by bearer tokens.
 */

import { mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';

export const operations = service('operations', {
  caller: query({
    summary: 'The caller as AWS sees it',
    output: () => z.object({ arn: z.string() }),
  }),

  signOutUser: mutation({
    summary: 'Ends every sign-in of a user, as an operator who has no sign-in',
    idempotent: true,
    input: () => z.object({ /** As the issuer names them in `sub`. */ userId: z.string().min(1).max(255) }),
    output: () => z.object({ /** How many were told and closed. */ connections: z.int().nonnegative() }),
  }),
});
