/**
 * A link that is the caller's when it is up: with the `auth` option it is used only once the server knows whose it is, and stays so.
 * PROTOCOL.md section 5.
 */

import { answerFailure } from '../answer-failure.js';
import { alarmOf } from '../clock.js';
import type { AuthOptions, Fetch } from '../options.js';
import { type Link, type LinkOwner, openLink } from './link.js';
import { makeWebSocket, type WebSocketParts } from './make-web-socket.js';
import type { SignIn, SignInOwner } from './signing-in.js';

/** Who owns it and hears of it; `wasUp`: after it had opened. */
export interface CallersLinkOwner extends WebSocketParts, Omit<LinkOwner, 'make' | 'onDown' | 'fetch'>, Pick<SignInOwner, 'askTicket'> {
  readonly auth?: AuthOptions | undefined;
  readonly fetch?: Fetch | undefined;
  onDown(reason: string, cause: unknown, wasUp: boolean): void;
}

/** Begins to open one. */
export function openCallersLink(owner: CallersLinkOwner): Link {
  const { auth } = owner;
  let wasUp = false;
  let signIn: SignIn | undefined;
  const link = openLink({
    ...owner,
    fetch: owner.fetch,
    async make() {
      if (!auth) return makeWebSocket(owner);
      const { signInOf } = await import('./signing-in.js');
      signIn = signInOf({ ...owner, auth, alarm: alarmOf(owner.clock), answerFailure });
      return makeWebSocket(owner, await signIn.parameters());
    },
    onUp() {
      wasUp = true;
      if (signIn) signIn.arrive(link, owner.onUp);
      else owner.onUp();
    },
    onDown(reason, cause) {
      signIn?.end();
      owner.onDown(reason, cause, wasUp);
    },
  });
  return link;
}
