/**
 * The sign-ins of users, as a service or worker declares that it may end them: `uses: { sessions: sessions.allow('revoke') }`. They lie in
 * the gateway's own table of connections, so nothing is created for them. PROTOCOL.md P5.12.
 */

import type { AnyGrant, Grant } from './grant.js';

export interface SessionsResource {
  readonly kind: 'sessions';
  readonly name: 'Sessions';
}

/** What became of a revocation. */
export interface Revoked {
  /** Connections that were told and closed. */
  readonly connections: number;
}

/** The operations. Each rejects with SERVICE_UNAVAILABLE when something could not be done now: repeat it. */
export interface SessionsClient {
  /**
   * Ends a user's sign-ins of before: closes their connections, and refuses their tokens for tickets and connections, and over HTTP in
   * services with `checksRevocation`. A sign-in is dated by `auth_time` of the token, so that refreshed tokens are refused too; by an issuer
   * that leaves it out of access tokens, by `iat`, and then its own session has to be ended as well. Again is the same.
   */
  revoke(userId: string): Promise<Revoked>;
}

export type SessionsOperation = keyof SessionsClient;

export interface SessionsGrant<TClient> extends Grant<TClient> {
  readonly resource: SessionsResource;
}

/** IAM's right to send to connections and to close them. */
export const CLOSING_ACTION = 'execute-api:ManageConnections';

/** DynamoDB actions on what is known of users, in the table of connections. */
export const REVOKE_ACTIONS: readonly string[] = ['dynamodb:PutItem', 'dynamodb:Query'];

/** The sessions of all users of a stage. */
export const sessions: {
  allow<const TOperations extends readonly SessionsOperation[]>(
    ...operations: TOperations
  ): SessionsGrant<Pick<SessionsClient, TOperations[number]>>;
} = {
  allow: (...operations) => ({
    resource: { kind: 'sessions', name: 'Sessions' },
    operations,
    statements: [
      {
        actions: REVOKE_ACTIONS,
        targets: [{ part: 'self' }],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['U#*'] } },
      },
    ],
  }),
};

/** Whether a grant is of sessions. */
export function isSessionsGrant(grant: AnyGrant): grant is SessionsGrant<unknown> {
  return grant.resource.kind === 'sessions';
}
