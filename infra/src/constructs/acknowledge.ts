/**
 * Findings of cdk-nag that are meant to be so, each with its reason beside the construct it is about. Nothing is acknowledged for a whole
 * stack or app. `nag.ts` reads both kinds.
 */

import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why findings about a construct stand: rule id (with `[finding]` where a rule has several), then the reason. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Construct metadata with the wildcards that its policies may have. */
const WILDCARD = 'gateway:wildcard';

/**
 * Says why an ARN in a role's policy ends in a wildcard. It is known by what follows its last token, because how nag spells a reference to
 * another stack depends on how CDK resolves it.
 */
export function acknowledgeWildcard(role: IConstruct, arn: string, reason: string): void {
  role.node.addMetadata(WILDCARD, { end: arn.slice(arn.lastIndexOf('}') + 1), reason });
}

/** Whether a wildcard in a policy below a construct has a reason. */
export function isAcknowledgedWildcard(policy: IConstruct, arn: string): boolean {
  const reasons = policy.node.scopes.flatMap(({ node }) => node.metadata.filter(({ type }) => type === WILDCARD));
  return reasons.some(({ data }) => arn.endsWith((data as { readonly end: string }).end));
}
