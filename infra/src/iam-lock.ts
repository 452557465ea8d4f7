/**
 * What every function may do, as one readable file: `iam.lock.json`. It is committed, so that a wider right shows in a review as a
 * changed line, whichever declaration it came from.
 */

import { list, type StageTemplates, statementsOf, text, withoutHash } from './templates.js';

/** Function, then Sid, then rights. */
export type IamLock = Readonly<Record<string, Readonly<Record<string, LockedStatement>>>>;

export interface LockedStatement {
  readonly actions: readonly string[];
  /** ARNs with `{LogicalId.Arn}` for what only a deployment knows. */
  readonly resources: readonly string[];
}

/** Where the committed lock is. */
export const IAM_LOCK_FILE: URL = new URL('../iam.lock.json', import.meta.url);

/** The rights of the functions' roles. Statements without a Sid are CDK's own for tracing. */
export function iamLock(templates: StageTemplates): IamLock {
  const policies = Object.entries(templates.gateway.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  const roles = policies.map(([id, policy]) => {
    const statements = statementsOf(policy).map(({ Sid = 'Tracing', Action, Resource }) => {
      return [Sid, { actions: list(Action), resources: list(Resource).map((arn) => text(arn, templates)) }] as const;
    });
    return [withoutHash(id).replace(/RoleDefaultPolicy$/, ''), Object.fromEntries(statements)] as const;
  });
  return Object.fromEntries(roles);
}

/** The lock as it is committed. */
export function iamLockText(templates: StageTemplates): string {
  return `${JSON.stringify(iamLock(templates), undefined, 2)}\n`;
}
