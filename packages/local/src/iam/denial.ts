/**
 * What a denied caller is told: AWS's own sentence, then which role lacks what.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import type { Caller } from './caller.js';
import type { Verdict } from './evaluate.js';
import type { PolicyKind } from './policy.js';
import type { Role } from './read-roles.js';

/** A denied request, for whoever can say more about it. */
export interface Denial {
  /** ARN of who asked, or the name of an AWS service. */
  readonly principal: string;
  /** Logical id of the role that asked, and its name. Absent for users and services. */
  readonly role?: string;
  readonly roleName?: string;
  /** `dynamodb:DeleteItem` */
  readonly action: string;
  readonly resource: string;
  readonly outcome: 'explicit-deny' | 'implicit-deny';
  /** The kind of policy that denies it, or that does not allow it. */
  readonly policy: PolicyKind;
  /** Sid of the statement of an explicit deny. */
  readonly sid?: string;
}

/** Puts a denial together. */
export function denialOf(asked: { caller: Caller; role: Role | undefined; action: string; resource: string }, verdict: Verdict): Denial {
  const { caller, role, action, resource } = asked;
  const { policy, statement } = verdict;
  return {
    principal: caller.kind === 'service' ? caller.service : caller.arn,
    ...(role === undefined ? {} : { role: role.logicalId, roleName: role.name }),
    action,
    resource,
    outcome: verdict.outcome === 'explicit-deny' ? 'explicit-deny' : 'implicit-deny',
    policy,
    ...(statement?.sid === undefined ? {} : { sid: statement.sid }),
  };
}

const names: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  boundary: 'permissions boundary',
  session: 'session policy',
};

/** AWS's sentence. */
export function awsSentence({ principal, action, resource, outcome, policy }: Denial): string {
  const what = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`;
  if (outcome === 'implicit-deny') return `${what} because no ${names[policy]} allows the ${action} action`;
  return `${what} with an explicit deny in ${/^[ai]/.test(names[policy]) ? 'an' : 'a'} ${names[policy]}`;
}

/** What to do about it, as far as the template tells. */
export function advice({ role, action, resource, outcome, policy, sid }: Denial): string | undefined {
  const statement = `${action} on ${resource}`;
  if (outcome === 'explicit-deny') return `${sid === undefined ? 'a statement' : `the statement ${sid}`} of the ${names[policy]} denies it`;
  switch (policy) {
    case 'identity':
      if (role === undefined) return undefined;
      return `the role ${role} has no statement with ${statement}; add it to what the function declares it uses`;
    case 'resource':
      return `the policy of ${resource} has no statement that gives ${action} to the caller; add one to the resource's policy`;
    case 'trust':
      return `the trust policy of ${resource} does not let the caller in; check its principals and conditions (external id)`;
    case 'boundary':
      return `the permissions boundary of the role ${role} does not reach so far; add ${statement} to it`;
    case 'session':
      return `the policy that the session was narrowed with has no statement with ${statement}; add it where the role is assumed`;
    default:
      return policy satisfies never;
  }
}
