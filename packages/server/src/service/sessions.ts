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
   * Ends a user's sign-ins of before: closes their connections, and refuses tokens that were issued before for tickets and connections. Over
   * HTTP a token does until its end; let the issuer give short ones, and end the sign-in there too. Again is the same.
   */
  revoke(userId: string): Promise<Revoked>;
}

export type SessionsOperation = keyof SessionsClient;

export interface SessionsGrant<TClient> extends Grant<TClient> {
  readonly resource: SessionsResource;
}

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
