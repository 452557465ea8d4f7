/**
 * Who the caller is: asks the application for its token, once for all that want it at the same time. A token lives in this module's memory
 * and in the header it is for, and in no error, log or state. Clients without the option never load this.
 */

import type { AuthOptions, HeaderRecord, Token } from './options.js';

/** Gives the token; told one that is refused or ends soon, the one after it, which is the same when the application has no other. */
export type Credentials = (refused?: Token) => Promise<Token>;

const known = new WeakMap<AuthOptions, Credentials>();

/** The credentials behind an option: the same for the calls and the socket of a client. */
export function credentialsOf(auth: AuthOptions): Credentials {
  const made = known.get(auth) ?? askingOnce(auth);
  known.set(auth, made);
  return made;
}

/** The headers of a request with who the caller is. */
export async function signed(auth: AuthOptions, headers: HeaderRecord | undefined, refused: Token): Promise<HeaderRecord> {
  const token = await credentialsOf(auth)(refused);
  return { ...headers, ...(token && { authorization: `Bearer ${token}` }) };
}

function askingOnce(auth: AuthOptions): Credentials {
  /** Questions that are out: for any token, and for a new one. */
  const asking: (Promise<Token> | undefined)[] = [];
  let latest: Token;
  const ask = async (forceRefresh: boolean) => {
    // Characters that no token has would make a header that `fetch` refuses in an error that repeats it.
    latest = (await auth.getToken({ forceRefresh }))?.replace(/[^!-~]/g, '');
    return latest;
  };
  return async (refused) => {
    // Somebody was told so before, and the next one is here.
    if (refused && refused !== latest) return latest;
    if (asking[1]) return asking[1];
    const isForced = +!!refused;
    asking[isForced] ??= ask(!!refused).finally(() => {
      asking[isForced] = undefined;
    });
    return asking[isForced];
  };
}
