/**
 * Whether one request is allowed by the policies that concern it, in AWS's order:
 *
 *   1. a Deny in any of them that applies ends it
 *   2. in one account, what a resource policy gives to the caller itself is given; what it gives to the caller's role, boundary and
 *      session policies must allow too
 *   3. otherwise an identity policy must allow, and the boundary, and the session policies; from another account the resource policy as well
 *
 * Trust policies are the exception to 3: a role's own account too can assume it only when the trust policy says so.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 *
 * Organizations' SCPs and RCPs, VPC endpoint policies and ACLs do not exist here.
 */
import type { Caller } from './caller.js';
import type { Policy, PolicyKind, Statement, Subject } from './policy.js';
import type { Naming } from './principal-element.js';

/** A request as policies see it. */
export interface Inquiry {
  readonly caller: Caller;
  /** Of a session's role, with its path. */
  readonly roleArn: string | undefined;
  readonly subject: Subject;
  /** Account that owns the resource. */
  readonly resourceAccount: string;
}

/** The policies that concern a request. */
export interface PolicySet {
  readonly identity: readonly Policy[];
  /** Takes a right out of the identity policies: their statements allow nothing then. */
  readonly isWithheld?: boolean;
  readonly boundary?: Policy;
  /** Each of them must allow; AWS takes the union of those given together, which is one policy here. */
  readonly session?: readonly Policy[];
  /** Resource policies, or the trust policy of a role. */
  readonly resource: readonly Policy[];
}

/** How a request ended. */
export interface Verdict {
  readonly outcome: 'allowed' | 'explicit-deny' | 'implicit-deny';
  /** The kind of policy that allowed or denied it, or that should have allowed it. */
  readonly policy: PolicyKind;
  /** The statement that decided; none for an implicit deny. */
  readonly statement?: Statement;
  /** All statements of identity policies that allow it. */
  readonly grants: readonly Statement[];
}

/** Decides. */
export function evaluate(inquiry: Inquiry, policies: PolicySet): Verdict {
  const { identity, boundary, session = [], resource } = policies;
  const all = [...identity, ...resource, ...(boundary === undefined ? [] : [boundary]), ...session].flatMap(({ statements }) => statements);
  const denial = all.find((statement) => statement.effect === 'Deny' && applies(statement, inquiry) !== 'nobody');
  if (denial !== undefined) return { outcome: 'explicit-deny', policy: denial.policy.kind, statement: denial, grants: [] };
  const grants = policies.isWithheld === true ? [] : allowing(identity, inquiry);
  const given = closest(resource, inquiry);
  const kind = resource[0]?.kind ?? 'resource';
  const missing = missingFrom({ inquiry, policies, grants, given });
  if (missing !== undefined) return { outcome: 'implicit-deny', policy: missing, grants };
  const byResource = kind === 'trust' || grants.length === 0;
  const statement = byResource ? given.statement : grants[0];
  return { outcome: 'allowed', policy: byResource ? kind : 'identity', ...(statement && { statement }), grants };
}

interface Given {
  readonly naming: Naming;
  readonly statement?: Statement;
}

/** The kind of policy that would have to allow the request and does not; `undefined` when all do. */
function missingFrom(at: { inquiry: Inquiry; policies: PolicySet; grants: readonly Statement[]; given: Given }): PolicyKind | undefined {
  const { inquiry, policies, grants, given } = at;
  const { caller } = inquiry;
  const kind = policies.resource[0]?.kind ?? 'resource';
  if (caller.kind === 'service') return given.naming === 'nobody' ? kind : undefined;
  const sameAccount = caller.accountId === inquiry.resourceAccount;
  if (sameAccount && given.naming === 'caller') return undefined;
  const needsIdentity = !(sameAccount && given.naming === 'role');
  if (needsIdentity && grants.length === 0) return 'identity';
  if ((!sameAccount || kind === 'trust') && given.naming === 'nobody') return kind;
  return missingLimit(inquiry, policies);
}

/** Boundary and session policies narrow, and give nothing. */
function missingLimit(inquiry: Inquiry, { boundary, session = [] }: PolicySet): PolicyKind | undefined {
  if (boundary !== undefined && allowing([boundary], inquiry).length === 0) return 'boundary';
  return session.every((policy) => allowing([policy], inquiry).length > 0) ? undefined : 'session';
}

function allowing(policies: readonly Policy[], inquiry: Inquiry): readonly Statement[] {
  return policies.flatMap(({ statements }) =>
    statements.filter((statement) => statement.effect === 'Allow' && applies(statement, inquiry) !== 'nobody'),
  );
}

const byCloseness: readonly Naming[] = ['caller', 'role', 'account'];

/** What resource policies give, to the closest name of the caller. */
function closest(policies: readonly Policy[], inquiry: Inquiry): Given {
  const statements = allowing(policies, inquiry).map((statement) => ({ statement, naming: applies(statement, inquiry) }));
  for (const naming of byCloseness) {
    const found = statements.find((each) => each.naming === naming);
    if (found !== undefined) return found;
  }
  return { naming: 'nobody' };
}

/** Whether a statement is about a request, and how it names the caller; a policy that is attached to the caller means itself. */
function applies(statement: Statement, inquiry: Inquiry): Naming {
  const { actions, resources, principal, condition } = statement;
  const { subject } = inquiry;
  if (actions.matching(subject).length > 0 === actions.negated) return 'nobody';
  if (resources.matching(subject).length > 0 === resources.negated) return 'nobody';
  const naming = principal?.(inquiry.caller, inquiry.roleArn) ?? 'caller';
  return naming !== 'nobody' && condition(subject.lookup) ? naming : 'nobody';
}
