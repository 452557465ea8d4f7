/**
 * Names that both sides of an account's border know without referring to each other: physical names of resources in another account, the
 * role that a function of ours has, and the role there that it may assume.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
 */

import { type AccountAccess, type AnyGrant, accountVariable, type ResourceDeclaration } from '@org/gateway-server/service';
import type { AccountSettings, StageSettings } from './settings-schema.js';

/** IAM's limit for a role's name. */
const MAX_ROLE_NAME = 64;

/** S3's limit for a bucket's name. */
const MAX_BUCKET_NAME = 63;

/** Name of the other account that a resource is in; undefined for our own. */
export function accountOf(resource: ResourceDeclaration): string | undefined {
  return 'account' in resource ? resource.account : undefined;
}

/** Accounts whose resources the grants are about, each once. */
export function accountsOf(grants: readonly AnyGrant[]): readonly string[] {
  return [...new Set(grants.flatMap(({ resource }) => accountOf(resource) ?? []))].sort();
}

/**
 * Settings of an account.
 *
 * @throws Error when there are none.
 */
export function accountSettings(settings: StageSettings, account: string): AccountSettings {
  const found = settings.accounts[account];
  if (found === undefined) throw new Error(`[SETTINGS] accounts.${account}: got nothing, expected { accountId, region, externalId }`);
  return found;
}

/** Name of a resource in another account: a bucket's has to be the only one in the world. */
export function physicalName(resource: ResourceDeclaration, { stage, ...settings }: StageSettings): string {
  if (resource.kind !== 'bucket') return `gateway-${stage}-${resource.name}`;
  const { accountId } = accountSettings({ stage, ...settings }, accountOf(resource) ?? '');
  return fitting(`gateway-${stage}-${resource.name.toLowerCase()}-${accountId}`, MAX_BUCKET_NAME);
}

/** Name of a function's role, fixed where another account must trust it. */
export function functionRoleName(settings: StageSettings, functionName: string): string {
  return fitting(`gateway-${settings.stage}-${functionName}`, MAX_ROLE_NAME);
}

/** ARN of a function's role. */
export function functionRoleArn(settings: StageSettings, functionName: string): string {
  return `arn:aws:iam::${settings.accountId}:role/${functionRoleName(settings, functionName)}`;
}

/** Name of the role in another account that a function may assume. */
export function accessRoleName(settings: StageSettings, functionName: string): string {
  return fitting(`gateway-${settings.stage}-${functionName}-access`, MAX_ROLE_NAME);
}

/** What a function is told of another account. */
export function accountAccess(settings: StageSettings, account: string, functionName: string): AccountAccess {
  const { accountId, externalId, region } = accountSettings(settings, account);
  return { roleArn: `arn:aws:iam::${accountId}:role/${accessRoleName(settings, functionName)}`, externalId, region };
}

/** Variables that say how to act in other accounts. */
export function accountEnvironment(settings: StageSettings, functionName: string, grants: readonly AnyGrant[]): Record<string, string> {
  const entries = accountsOf(grants).map((account) => [
    accountVariable(account),
    JSON.stringify(accountAccess(settings, account, functionName)),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function fitting(name: string, max: number): string {
  if (name.length <= max) return name;
  throw new Error(
    `[ACCOUNT] the name "${name}" is too long: got ${name.length} characters, expected at most ${max}; shorten the stage's or service's name`,
  );
}
