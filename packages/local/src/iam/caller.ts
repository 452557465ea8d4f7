/**
 * Who asks, as policies see it: a session of a role, a user, or an AWS service that acts by itself.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { Principal } from '../parts.js';
import { accountOf } from './arn.js';
import type { ServicePrincipal } from './authorize.js';

export type Caller =
  | {
      readonly kind: 'session';
      readonly arn: string;
      readonly accountId: string;
      readonly roleName: string;
      readonly sessionName: string;
    }
  | { readonly kind: 'user'; readonly arn: string; readonly accountId: string; readonly userName: string }
  | { readonly kind: 'service'; readonly service: string };

/** Reads a principal. */
export function callerOf(principal: Principal | ServicePrincipal): Caller {
  if ('service' in principal) return { kind: 'service', service: principal.service };
  const { arn } = principal;
  const accountId = accountOf(arn) ?? '';
  const [, roleName, sessionName] = /:assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  if (roleName !== undefined && sessionName !== undefined) return { kind: 'session', arn, accountId, roleName, sessionName };
  return { kind: 'user', arn, accountId, userName: arn.slice(arn.lastIndexOf('/') + 1) };
}

/** How a role is found by: names are unique in an account, whatever the path. */
export function roleKey(accountId: string, roleName: string): string {
  return `${accountId}/${roleName}`;
}
