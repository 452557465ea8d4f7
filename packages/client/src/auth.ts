/**
 * Who the caller is: asks the application for its token, once for all that want it at the same time. A token lives in this module's memory
 * and in the header it is for, and in no error, log or state.
 */

import { GatewayError } from '@org/gateway-core/errors';

/** A JWT; nothing for a caller who is not signed in. */
export type Token = string | null | undefined;

/** The `auth` option: where tokens come from. */
export interface AuthOptions {
  /**
   * The token to call with, or nothing: the call is then anonymous. Never asked twice at the same time. With `forceRefresh` the last one was
   * refused or ends soon, and a cached one will not do. A GatewayError it throws ends what waits for the token; any other error counts as a
   * network that failed.
   */
  getToken(options: { readonly forceRefresh: boolean }): Token | Promise<Token>;
}

/** Gives the token; told one that is refused or ends soon, the one after it, which is the same when the application has no other. */
export type Credentials = (refused?: Token) => Promise<Token>;

/**
 * The credentials of a client. Without the option there are none.
 *
 * @throws GatewayError (as rejection) UNAUTHORIZED for a text that cannot be in a header, without repeating it.
 */
export function credentialsOf(auth: AuthOptions | undefined): Credentials {
  const asking: Record<string, Promise<Token> | undefined> = {};
  let latest: Token;
  const ask = async (forceRefresh: boolean) => {
    latest = await auth?.getToken({ forceRefresh });
    if (/[^!-~]/.test(latest ?? '')) throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] getToken gave no token but another text');
    return latest;
  };
  return async (refused) => {
    // Somebody was told so before, and the next one is here.
    if (refused && refused !== latest) return latest;
    if (asking.true) return asking.true;
    const kind = `${!!refused}`;
    asking[kind] ??= ask(!!refused).finally(() => {
      asking[kind] = undefined;
    });
    return asking[kind];
  };
}
