/**
 * Signing in to a stage as one of its test users, for clients and bare sockets. Most procedures that change something need it.
 *
 * The shared stage runs in another process, so its tokens come over HTTP; a deployed stage's come from the environment.
 */

import type { GatewayClientOptions } from '@org/gateway-client';
import type { Stage } from '@org/gateway-local';
import { inject } from 'vitest';

/** The test users of the local stage: `ada` has all scopes, the others none. */
export type TestUser = 'ada' | 'grace' | 'alan';

/** Longer than any test lets pass. */
const LONG_SECONDS = 90 * 24 * 3_600;

/** A token of the shared stage. */
export async function tokenOf(user: TestUser = 'ada'): Promise<string> {
  const { issuerUrl, token } = inject('stage');
  if (token !== undefined) return token;
  if (issuerUrl === undefined) throw new Error('this stage has no issuer; set STAGE_TOKEN to a token of a user who may do everything');
  return testToken(issuerUrl, user);
}

/** A token of a local stage in another process. */
export async function testToken(issuerUrl: string, user: TestUser = 'ada'): Promise<string> {
  const response = await fetch(`${issuerUrl}/test-token?user=${user}`);
  if (!response.ok) throw new Error(`no token for ${user}: ${response.status} ${await response.text()}`);
  return response.text();
}

/** A token of a stage in this process; time that a test lets pass does not end it. */
export async function longToken({ issuer }: Stage, user: TestUser = 'ada', expiresInSeconds = LONG_SECONDS): Promise<string> {
  if (issuer === undefined) throw new Error('this stage has no issuer');
  return issuer.tokenFor(user, { expiresInSeconds });
}

/** For a client of the shared stage. Its token is asked for once. */
export function signedIn(user: TestUser = 'ada'): Pick<GatewayClientOptions, 'auth'> {
  let token: Promise<string> | undefined;
  const getToken = ({ forceRefresh }: { readonly forceRefresh: boolean }) => {
    if (forceRefresh) token = undefined;
    token ??= tokenOf(user);
    return token;
  };
  return { auth: { getToken } };
}

/** For a client of a stage in this process. */
export function signedInAt(stage: Stage, user: TestUser = 'ada'): Pick<GatewayClientOptions, 'auth'> {
  return { auth: { getToken: () => longToken(stage, user) } };
}

/** The header of a bare request. */
export async function bearer(user: TestUser = 'ada'): Promise<{ readonly authorization: string }> {
  return { authorization: `Bearer ${await tokenOf(user)}` };
}

/** The address of a bare socket that is signed in, good for one connection. */
export async function ticketUrl(
  at: { readonly restUrl?: string | undefined; readonly socketUrl?: string | undefined },
  token: string,
): Promise<string> {
  const response = await fetch(`${at.restUrl}/rpc/gw/ticket`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  const { result } = (await response.json()) as { readonly result?: { readonly data: { readonly ticket: string } } };
  if (result === undefined) throw new Error(`no ticket: ${response.status}`);
  return `${at.socketUrl}?ticket=${encodeURIComponent(result.data.ticket)}`;
}
