/**
 * Signing in and out on a connection that is open: `gw.auth` of our client, with which it also renews its sign-in, and the `token` among a
 * stock client's connection parameters. The token is checked and forgotten. PROTOCOL.md P5.9 and P5.10.
 */

import { GatewayError } from '@org/gateway-core/errors';
import { forEachParallel } from '../topics/parallel.js';
import type { SubscriptionStore } from '../topics/subscription-store.js';
import type { Clock } from '../websocket/clock.js';
import type { Connection, ConnectionStore } from '../websocket/connection-store.js';
import { type Identity, isOver } from './identity.js';
import type { SignInStore } from './sign-in-store.js';
import type { TokenVerifier } from './token-verifier.js';

export interface InBandParts {
  readonly connections: ConnectionStore;
  readonly subscriptions: Pick<SubscriptionStore, 'ofConnection' | 'extend' | 'remove'>;
  /** Absent on a stage without identity. */
  readonly tokens?: TokenVerifier | undefined;
  readonly signIns?: Pick<SignInStore, 'isRevoked'> | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

const PARALLEL_WRITES = 8;

/**
 * `gw.auth`: resolves with how long the sign-in lasts, null for none.
 *
 * @throws GatewayError UNAUTHORIZED for a token that is refused, FORBIDDEN for another user's, SERVICE_UNAVAILABLE when it cannot be checked
 *   now, NOT_IMPLEMENTED on a stage without identity. The connection stays as it was.
 */
export async function authenticate(parts: InBandParts, connectionId: string, token: string | null): Promise<number | null> {
  if (token === null) {
    await signOut(parts, connectionId);
    return null;
  }
  const before = await parts.connections.get(connectionId);
  const user = await signIn(parts, connectionId, token);
  await renewSubscriptions(parts, connectionId, { before: before?.user ?? null, user });
  return Math.max(0, (user.expiresAtMs ?? 0) - parts.clock.now());
}

/**
 * The parameters of a stock client: a `token` among them signs the connection in and is not kept. When it does not do, every call of the
 * connection is answered with why, because a caller who sends credentials wants them used.
 *
 * @throws GatewayError as `authenticate`, and UNAUTHORIZED for a connection that is closed.
 */
export async function takeParams(parts: InBandParts, connectionId: string, given: Connection['params'] & object): Promise<void> {
  const { token, ...params } = given;
  if (token === undefined || !parts.tokens) return setParams(parts, connectionId, given);
  try {
    await signIn(parts, connectionId, token);
  } catch (cause) {
    const passes = cause instanceof GatewayError && cause.code === 'SERVICE_UNAVAILABLE';
    await setParams(parts, connectionId, params, passes ? 'SERVICE_UNAVAILABLE' : 'UNAUTHORIZED');
    throw cause;
  }
  await setParams(parts, connectionId, params);
}

async function setParams(
  { connections }: InBandParts,
  connectionId: string,
  params: Connection['params'] & object,
  refused?: Connection['refused'],
): Promise<void> {
  if (!(await connections.setParams(connectionId, params, refused))) throw closed();
}

async function signIn({ tokens, signIns, connections, clock }: InBandParts, connectionId: string, token: string): Promise<Identity> {
  if (!tokens) throw new GatewayError('NOT_IMPLEMENTED', '[NOT_IMPLEMENTED] this stage has no identity; its settings say so');
  const user = await tokens.verify(token);
  if (isOver(user, clock.now()))
    throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the token is refused: it has expired; get a new one');
  // Before anything is written: what is refused, or cannot be known now, leaves the connection as it was.
  await refuseRevoked(signIns, user);
  const done = await connections.signIn(connectionId, user);
  if (done === 'gone') throw closed();
  if (done === 'other')
    throw new GatewayError('FORBIDDEN', '[FORBIDDEN] the token is of another user; open a connection of their own, or sign out first');
  try {
    // Again now that the connection is among the user's: a revocation either finds it there, or is found here.
    await refuseRevoked(signIns, user);
    return user;
  } catch (cause) {
    await connections.signOut(connectionId);
    throw cause;
  }
}

async function refuseRevoked(signIns: InBandParts['signIns'], user: Identity): Promise<void> {
  if (await signIns?.isRevoked(user)) throw new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the sign-in was revoked; sign in again');
}

/** What was followed as this user is followed no longer: its client is told so by its next `gw.sync`, and opens again what is public. */
async function signOut({ connections, subscriptions }: InBandParts, connectionId: string): Promise<void> {
  await connections.signOut(connectionId);
  await forEachParallel(await subscriptions.ofConnection(connectionId), PARALLEL_WRITES, ({ key }) => subscriptions.remove(key));
}

/**
 * Pushes go on at once; those that a crash leaves out are extended by the next `gw.sync`. What was followed with scopes that the user has no
 * more may need one of them: it is removed, and judged again when the client opens it again.
 */
async function renewSubscriptions(
  { subscriptions }: InBandParts,
  connectionId: string,
  { before, user }: { readonly before: Identity | null; readonly user: Identity },
): Promise<void> {
  const { scopes = [], expiresAtMs } = user;
  const hasLost = before?.scopes?.some((scope) => !scopes.includes(scope)) ?? false;
  if (expiresAtMs === undefined) return;
  const own = (await subscriptions.ofConnection(connectionId)).filter(({ authUntilMs }) => authUntilMs !== undefined);
  await forEachParallel(own, PARALLEL_WRITES, ({ key }) => (hasLost ? subscriptions.remove(key) : subscriptions.extend(key, expiresAtMs)));
}

function closed(): GatewayError {
  return new GatewayError('UNAUTHORIZED', '[UNAUTHORIZED] the connection is closed; open a new one');
}
