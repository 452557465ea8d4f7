/**
 * The `Principal` and `NotPrincipal` of a statement in a resource or trust policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 *
 * How a caller is named matters: its account only hands the decision on to that account's identity policies; a role is bound by its
 * boundary and session policies; the caller itself (`*`, a session, a user) is not.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 *
 * Canonical users and federated principals match nobody here: nobody signs in that way.
 */
import type { Caller } from './caller.js';

/** The closest way in which an element names a caller. */
export type Naming = 'caller' | 'role' | 'account' | 'nobody';

/** How a caller is named. @param roleArn of a session's role, with its path */
export type PrincipalElement = (caller: Caller, roleArn: string | undefined) => Naming;

interface Names {
  readonly everybody: boolean;
  readonly services: readonly string[];
  readonly arns: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

/** Compiles `Principal`. @param malformed makes the error for what cannot be read */
export function compilePrincipal(element: unknown, malformed: (problem: string) => Error): PrincipalElement {
  const names = readNames(element, malformed);
  return (caller, roleArn) => namingOf(names, caller, roleArn);
}

/**
 * Compiles `NotPrincipal`: everybody is named but those who are listed. AWS wants a session's role and account in the list as well as the
 * session, else the statement is about it too.
 */
export function compileNotPrincipal(element: unknown, malformed: (problem: string) => Error): PrincipalElement {
  const names = readNames(element, malformed);
  return (caller, roleArn) => (isExempt(names, caller, roleArn) ? 'nobody' : 'caller');
}

function namingOf(names: Names, caller: Caller, roleArn: string | undefined): Naming {
  if (names.everybody) return 'caller';
  if (caller.kind === 'service') return names.services.includes(caller.service) ? 'caller' : 'nobody';
  if (names.arns.has(caller.arn)) return 'caller';
  if (roleArn !== undefined && names.arns.has(roleArn)) return 'role';
  return names.accounts.has(caller.accountId) ? 'account' : 'nobody';
}

function isExempt(names: Names, caller: Caller, roleArn: string | undefined): boolean {
  if (names.everybody) return true;
  if (caller.kind === 'service') return names.services.includes(caller.service);
  const role = caller.kind !== 'session' || (roleArn !== undefined && names.arns.has(roleArn));
  return names.arns.has(caller.arn) && role && names.accounts.has(caller.accountId);
}

function readNames(element: unknown, malformed: (problem: string) => Error): Names {
  if (element === '*') return { everybody: true, services: [], arns: new Set(), accounts: new Set() };
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw malformed(`got Principal ${JSON.stringify(element)}, expected "*" or an object with AWS, Service or Federated`);
  }
  const { AWS, Service } = element as { readonly AWS?: unknown; readonly Service?: unknown };
  const listed = texts(AWS);
  const accounts = listed.flatMap((name) => /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1] ?? []);
  return { everybody: listed.includes('*'), services: texts(Service), arns: new Set(listed), accounts: new Set(accounts) };
}

function texts(value: unknown): readonly string[] {
  return value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);
}
