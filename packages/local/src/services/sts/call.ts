/** What an operation of STS gets, and how it fails. */
import type { Authorize } from '../../iam/authorize.js';
import type { Roles } from '../../iam/read-roles.js';
import type { Clock, CredentialStore, Credentials, Principal, Report } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import type { QueryNode } from '../../wire/aws-query.js';

export interface StsParts {
  readonly roles: Roles;
  readonly authorize: Authorize;
  readonly credentials: CredentialStore;
  /** Makes the keys of a session. */
  readonly openSession: (principal: Principal, expiresAtMs: number) => Credentials;
  readonly clock: Clock;
  readonly report: Report;
}

/** One call of STS. */
export interface StsCall {
  readonly parts: StsParts;
  readonly principal: Principal;
  readonly form: QueryNode;
}

/** An error as STS words them. @param statusCode @default 400 */
export function stsError(code: string, message: string, statusCode = 400): AwsError {
  return new AwsError({ code, message, statusCode });
}
