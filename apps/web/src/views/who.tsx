/** Who is signed in, and the way in and out. Nothing on a stage where nobody signs in. */

import { useState } from 'react';
import { describeFailure, useGateway, useSession } from '../gateway.js';

export function Who() {
  const { session, state } = useSession();
  const { account } = useGateway();
  const [problem, setProblem] = useState<string>();
  const signOutEverywhere = () =>
    session.signOutEverywhere(() => account.signOutEverywhere.mutate()).catch((error: unknown) => setProblem(describeFailure(error)));
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
          {problem === undefined ? null : (
            <span className="session-notice" role="alert">
              {problem}
            </span>
          )}
          <button type="button" data-testid="sign-out" onClick={() => void session.signOut()}>
            Sign out
          </button>
          <button
            type="button"
            data-testid="sign-out-everywhere"
            title="On this device and all others"
            onClick={() => void signOutEverywhere()}
          >
            Sign out everywhere
          </button>
        </div>
      );
    default:
      return state satisfies never;
  }
}
