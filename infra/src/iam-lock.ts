/**
 * What every function may do, as one readable file: `iam.lock.json`. It is committed, so that a wider right shows in a review as a
 * changed line, whichever declaration it came from. Roles in other accounts are in it too, with whom they trust.
 */

import type { Declarations } from './declarations.js';
import { settingsFor } from './settings.js';
import {
  list,
  type Resource,
  type StageTemplates,
  type Statement,
  stageTemplates,
  statementsOf,
  type Template,
  text,
  withoutHash,
} from './templates.js';

/** Function (or `account/role`), then Sid, then rights. */
export type IamLock = Readonly<Record<string, Readonly<Record<string, LockedStatement>>>>;

export interface LockedStatement {
  readonly actions: readonly string[];
  /** ARNs with `{LogicalId.Arn}` for what only a deployment knows. */
  readonly resources?: readonly string[];
  /** Who is trusted, in statements of trust. */
  readonly principals?: readonly string[];
  readonly conditions?: Statement['Condition'];
}

/** Where the committed lock is. */
export const IAM_LOCK_FILE: URL = new URL('../iam.lock.json', import.meta.url);

/** What the lock is made from: production, with the GraphQL API on so that no right escapes a review. */
export function lockTemplates(declarations: Declarations): StageTemplates {
  return stageTemplates({ declarations, settings: { ...settingsFor('production'), graph: { auth: 'iam' } } });
}

/** The rights of all roles that code of ours, or a service on its behalf, acts with. Statements without a Sid are CDK's own for tracing. */
export function iamLock(templates: StageTemplates): IamLock {
  const own = policiesOf(templates.gateway).map(([name, policy]) => [name, rightsOf(policy, templates)] as const);
  const foreign = Object.entries(templates.accounts).flatMap(([account, template]) =>
    policiesOf(template).map(([name, policy]) => {
      const role = template.Resources[roleOf(policy)] as Resource;
      return [`${account}/${name}`, { ...rightsOf(policy, templates), ...trustOf(role) }] as const;
    }),
  );
  return Object.fromEntries([...own, ...foreign]);
}

/** The lock as it is committed. */
export function iamLockText(templates: StageTemplates): string {
  return `${JSON.stringify(iamLock(templates), undefined, 2)}\n`;
}

/** Policies by the name of what their role is for. */
function policiesOf(template: Template): readonly (readonly [name: string, policy: Resource])[] {
  const policies = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  return policies.map(([id, policy]) => [withoutHash(id).replace(/(Role)?DefaultPolicy$/, ''), policy]);
}

function roleOf({ Properties }: Resource): string {
  const [role] = Properties.Roles as readonly { readonly Ref: string }[];
  return role?.Ref ?? '';
}

function rightsOf(policy: Resource, templates: StageTemplates): Readonly<Record<string, LockedStatement>> {
  const statements = statementsOf(policy).map(({ Sid = 'Tracing', Action, Resource, Condition }) => {
    const resources = list(Resource).map((arn) => text(arn, templates));
    return [Sid, { actions: list(Action), resources, ...(Condition === undefined ? {} : { conditions: Condition }) }] as const;
  });
  return Object.fromEntries(statements);
}

function trustOf({ Properties }: Resource): Readonly<Record<string, LockedStatement>> {
  const { Statement: statements } = Properties.AssumeRolePolicyDocument as { readonly Statement: readonly Statement[] };
  const trust = statements.map(({ Action, Principal, Condition }, index) => {
    const principals = Object.values(Principal as Readonly<Record<string, string | readonly string[]>>).flatMap(list<string>);
    const conditions = Condition === undefined ? {} : { conditions: Condition };
    return [index === 0 ? 'Trust' : `Trust${index + 1}`, { actions: list(Action), principals, ...conditions }] as const;
  });
  return Object.fromEntries(trust);
}
