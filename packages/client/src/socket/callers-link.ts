/**
 * A link that is the caller's when it is up: with the `auth` option it is used only once the server knows whose it is, and stays so.
 * PROTOCOL.md section 5.
 */

import { alarmOf } from '../alarm.js';
import { type Link, type LinkOwner, openLink } from './link.js';
import { makeWebSocket } from './make-web-socket.js';
import type { SignIn } from './signing-in.js';
import type { SocketParts } from './socket-engine.js';

/** Who owns it and hears of it; `wasUp`: after it had opened. */
export interface CallersLinkOwner extends SocketParts, Omit<LinkOwner, 'make' | 'onDown'> {
  onDown(reason: string, cause: unknown, wasUp: boolean): void;
}

/** Begins to open one. */
export function openCallersLink(owner: CallersLinkOwner): Link {
  const { auth } = owner;
  let wasUp = false;
  let signIn: SignIn | undefined;
  const link = openLink({
    ...owner,
    async make() {
      if (!auth) return makeWebSocket(owner);
      const [{ signInOf }, { credentialsOf }] = await Promise.all([import('./signing-in.js'), import('../auth.js')]);
      signIn = signInOf({ ...owner, credentials: credentialsOf(auth), alarm: alarmOf(owner.clock) });
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
