/**
 * The question put to IAM before an operation runs: may this principal do this action on this resource? The services ask it for
 * every signed call; without a hook everything signed is allowed. Evaluating policies is not done here.
 */
import type { Principal } from '../parts.js';

/** An AWS service that acts by itself: SNS that delivers to a queue. Only resource policies speak of it. */
export interface ServicePrincipal {
  /** `sns.amazonaws.com` */
  readonly service: string;
}

export interface AuthorizationRequest {
  readonly principal: Principal | ServicePrincipal;
  /** As in a policy: `s3:PutObject`, `dynamodb:ConditionCheckItem`. */
  readonly action: string;
  /** ARN of what the action is on. */
  readonly resource: string;
  /** Condition keys that the service knows of this call: `dynamodb:LeadingKeys`, `s3:prefix`. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export interface AuthorizationDecision {
  readonly allowed: boolean;
  /** Goes to the caller on a denial; without it the service's own text is used. */
  readonly message?: string;
}

/** Decides on one call; synchronous, since policies are at hand. */
export type Authorize = (request: AuthorizationRequest) => AuthorizationDecision;

/** The default: whoever has a valid signature may do anything. */
export const allowAll: Authorize = () => ({ allowed: true });

/** AWS's own sentence for an implicit denial. */
export function denialMessage(request: AuthorizationRequest): string {
  const { principal, action, resource } = request;
  const who = 'arn' in principal ? principal.arn : principal.service;
  return `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
