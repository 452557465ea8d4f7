/**
 * What services read in callers' tokens, as `ctx.user.claims`. Everything but `sub` is optional, because issuers differ: access tokens of
 * Cognito and Auth0 carry no name. https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
 */

import * as z from 'zod';

/** Claims of a token. */
export const Claims = () =>
  z.object({
    sub: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
  });

/** `ctx.user.claims` */
export type Claims = z.output<ReturnType<typeof Claims>>;
