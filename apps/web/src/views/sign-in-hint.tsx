/** In the place of what only somebody who is signed in can do. */

import { useSession } from '../gateway.js';

/** @param to what for: "write to the room" */
export function SignInHint({ to }: { readonly to: string }) {
  const { session } = useSession();
  return (
    <p className="sign-in-hint" data-testid="sign-in-hint">
      <button type="button" className="link" onClick={() => void session.signIn()}>
        Sign in
      </button>{' '}
      to {to}.
    </p>
  );
}
