/**
 * The page's one client, and who uses it. Components get them through `useGateway` and `useSession`.
 */

import { createGatewayClient, type GatewayClient, GatewayError } from '@org/gateway-client';
import { sharedWebSocket } from '@org/gateway-client/tabs';
import { createContext, useContext, useSyncExternalStore } from 'react';
import { type IdentityConfig, type RuntimeConfig, readRuntimeConfig } from './model/runtime-config.js';
import { openSession, type Session, type SessionState, type User } from './session/session.js';
import type { SignInFlow } from './session/sign-in-flow.js';

/** The client, and what it was made from. */
export interface ConnectedGateway {
  readonly gateway: GatewayClient;
  readonly config: RuntimeConfig;
  readonly session: Session;
}

/**
 * Reads where the gateway is, finds out who is signed in, and makes the client; another one whenever somebody else uses the page, since a
 * connection is of the one who opened it.
 *
 * @param show called with the first client, and with each that follows
 * @throws Error with a sentence for the person, when the configuration is missing or malformed.
 */
export async function connectGateway(show: (connected: ConnectedGateway) => void): Promise<void> {
  const response = await fetch('/runtime-config.json');
  if (!response.ok) throw new Error(`/runtime-config.json answered ${response.status}: the page does not know where the gateway is`);
  const config = readRuntimeConfig(await response.json());
  // All tabs of the browser share one connection.
  const WebSocket = sharedWebSocket();
  const session = await openSession({ ...browserParts(), now: () => Date.now() }, config.identity && (() => loadFlow(config.identity!)));
  const { restUrl: url, socketUrl } = config;
  const connect = (): ConnectedGateway => {
    const gateway = createGatewayClient({ url, socketUrl, WebSocket, auth: session });
    // What the issuer still vouches for, the gateway need not take: somebody signed out everywhere.
    gateway.$connection.subscribe((state) => {
      if (state.status === 'closed' && state.code === 'UNAUTHORIZED') session.end();
    });
    return { gateway, config, session };
  };
  let [userId, connected] = [userIdOf(session.state), connect()];
  session.subscribe(() => {
    const next = userIdOf(session.state);
    if (next === userId) return;
    userId = next;
    connected.gateway.$close();
    connected = connect();
    show(connected);
  });
  show(connected);
}

function userIdOf(state: SessionState): string | undefined {
  return state.status === 'signed-in' ? state.user.id : undefined;
}

/** With the methods bound. */
function browserParts() {
  const { location, history, localStorage } = window;
  return {
    location,
    history,
    localStorage,
    addEventListener: (type: 'storage', listener: (event: StorageEvent) => void) => window.addEventListener(type, listener),
  };
}

async function loadFlow(identity: IdentityConfig): Promise<SignInFlow> {
  const { createSignInFlow } = await import('./session/sign-in-flow.js');
  return createSignInFlow({ identity, sessionStorage: window.sessionStorage, location: window.location, now: () => Date.now() });
}

export const GatewayContext = createContext<ConnectedGateway | undefined>(undefined);

/** The client. */
export function useGateway(): GatewayClient {
  return useConnected().gateway;
}

/** What the page knows of the stage. */
export function useRuntimeConfig(): RuntimeConfig {
  return useConnected().config;
}

/** Who uses the page, and how to change that. */
export function useSession(): { readonly session: Session; readonly state: SessionState } {
  const { session } = useConnected();
  return { session, state: useSyncExternalStore(session.subscribe, () => session.state) };
}

/** Who may write: somebody who is signed in, or on a stage without an issuer anybody. */
export function useCanWrite(): boolean {
  return useSession().state.status !== 'signed-out';
}

/** Who is signed in. */
export function useUser(): User | undefined {
  const { state } = useSession();
  return state.status === 'signed-in' ? state.user : undefined;
}

function useConnected(): ConnectedGateway {
  const connected = useContext(GatewayContext);
  if (!connected) throw new Error('useGateway outside of GatewayContext');
  return connected;
}

/** A failure in words for a person, with what support needs to find it. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof GatewayError)) return error instanceof Error ? error.message : String(error);
  const words = error.code === 'NETWORK_ERROR' ? 'The gateway cannot be reached.' : error.message.replace(/^\[[A-Z_]+\] /, '');
  return error.requestId ? `${words} (request ${error.requestId})` : words;
}
