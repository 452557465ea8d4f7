/** Who is signed in, and the way in and out. Nothing on a stage where nobody signs in. */

import { useSession } from '../gateway.js';

export function Who() {
  const { session, state } = useSession();
  switch (state.status) {
    case 'unavailable':
      return null;
    case 'signed-out':
      return (
        <div className="who-bar" data-testid="who" data-status="signed-out">
          {state.notice === undefined ? null : (
            <span className="session-notice" role="status" data-testid="session-notice">
              {state.notice}
            </span>
          )}
          <button type="button" data-testid="sign-in" onClick={() => void session.signIn()}>
            Sign in
          </button>
        </div>
      );
    case 'signed-in':
      return (
        <div className="who-bar" data-testid="who" data-status="signed-in">
          <span className="user" title={`Signed in as ${state.user.id}`}>
            {state.user.name}
          </span>
          <button type="button" data-testid="sign-out" onClick={() => void session.signOut()}>
            Sign out
          </button>
        </div>
      );
    default:
      return state satisfies never;
  }
}
