/**
 * The roles of an assembly with all that is attached to them: `AWS::IAM::Role` with its inline and managed policies and its boundary,
 * `AWS::IAM::Policy`, `AWS::IAM::RolePolicy`, `AWS::IAM::ManagedPolicy`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
 */
import type { Environment, Report, ResolvedResource, ResolvedStack } from '../parts.js';
import { generatedId } from '../template/names.js';
import { roleKey } from './caller.js';
import { managedPolicyDocument } from './managed-policies.js';
import { compilePolicy, type Policy, type PolicyKind } from './policy.js';

export interface Role {
  readonly arn: string;
  readonly accountId: string;
  readonly name: string;
  readonly stack: string;
  readonly logicalId: string;
  /** `AROA…`, as in `aws:userid`. */
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** How long a session may last. */
  readonly maxSessionSeconds: number;
  readonly identity: readonly Policy[];
  readonly boundary?: Policy;
  readonly trust: Policy;
  /** Whether its trust policy names accounts, roles or users, and not AWS services alone. */
  readonly isAssumable: boolean;
}

/** Roles, and the managed policies that they and sessions may be given. */
export interface Roles {
  all(): readonly Role[];
  find(accountId: string, roleName: string): Role | undefined;
  /** The document of a managed policy, of AWS or of the assembly. */
  managedDocument(arn: string): unknown;
}

interface At {
  readonly resource: ResolvedResource;
  readonly stack: ResolvedStack;
  readonly accountId: string;
}

/**
 * Reads the roles of all stacks.
 *
 * @throws MalformedPolicy
 */
export function readRoles(stacks: readonly ResolvedStack[], environment: Environment, report: Report): Roles {
  const resources = stacks.flatMap((stack) =>
    stack.resources.map((resource): At => ({ resource, stack, accountId: (stack.environment ?? environment).accountId })),
  );
  const attached = attachedPolicies(resources);
  const managed = new Map(
    resources
      .filter(({ resource }) => resource.type === 'AWS::IAM::ManagedPolicy')
      .map(({ resource }) => [resource.physicalId, { document: resource.properties.PolicyDocument, name: resource.logicalId }] as const),
  );
  const managedDocument = (arn: string): unknown => managed.get(arn)?.document ?? managedPolicyDocument(arn);
  const readManaged = (at: At, arn: string, kind: PolicyKind): Policy => {
    const document = managedDocument(arn);
    const name = managed.get(arn)?.name ?? arn.slice(arn.lastIndexOf('/') + 1);
    if (document !== undefined) return compilePolicy(document, { name, kind });
    const message = `${at.resource.logicalId}: ${arn} is not known to the local stage and allows nothing here; write its actions as statements`;
    report({ level: 'warn', part: 'iam', message });
    return { name: arn, kind, statements: [], keys: new Set() };
  };
  const roles = new Map(
    resources
      .filter(({ resource }) => resource.type === 'AWS::IAM::Role')
      .map((at) => [roleKey(at.accountId, at.resource.physicalId), readRole(at, attached, readManaged)] as const),
  );
  return { all: () => [...roles.values()], find: (accountId, roleName) => roles.get(roleKey(accountId, roleName)), managedDocument };
}

interface RoleProperties {
  readonly Path?: string;
  readonly AssumeRolePolicyDocument?: unknown;
  readonly Policies?: readonly { readonly PolicyName?: string; readonly PolicyDocument?: unknown }[];
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly MaxSessionDuration?: number | string;
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[];
}

function readRole(
  at: At,
  attached: ReadonlyMap<string, readonly Policy[]>,
  readManaged: (at: At, arn: string, kind: PolicyKind) => Policy,
): Role {
  const { resource, stack, accountId } = at;
  const { logicalId, physicalId: name } = resource;
  const properties = resource.properties as RoleProperties;
  const boundary = properties.PermissionsBoundary;
  const identity = (properties.Policies ?? []).map((policy) =>
    compilePolicy(policy.PolicyDocument, { name: policy.PolicyName ?? logicalId, kind: 'identity' }),
  );
  return {
    arn: `arn:aws:iam::${accountId}:role${properties.Path ?? '/'}${name}`,
    accountId,
    name,
    stack: stack.name,
    logicalId,
    id: `AROA${generatedId(stack.name, logicalId, 17).toUpperCase()}`,
    tags: Object.fromEntries((properties.Tags ?? []).map(({ Key, Value }) => [String(Key), String(Value)])),
    maxSessionSeconds: Number(properties.MaxSessionDuration ?? 3600),
    identity: [
      ...identity,
      ...(attached.get(roleKey(accountId, name)) ?? []),
      ...(properties.ManagedPolicyArns ?? []).map((arn) => readManaged(at, arn, 'identity')),
    ],
    ...(boundary === undefined ? {} : { boundary: readManaged(at, boundary, 'boundary') }),
    isAssumable: namesPrincipals(properties.AssumeRolePolicyDocument),
    trust: compilePolicy(properties.AssumeRolePolicyDocument ?? { Statement: [] }, { name: logicalId, kind: 'trust' }),
  };
}

function namesPrincipals(trust: unknown): boolean {
  const { Statement } = (typeof trust === 'object' && trust !== null ? trust : {}) as { readonly Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly ({ readonly Principal?: unknown } | undefined)[];
  return statements.some((statement) => {
    const principal = statement?.Principal;
    return principal === '*' || (typeof principal === 'object' && principal !== null && 'AWS' in principal);
  });
}

/** Policies that name their roles, by `ACCOUNT/ROLE`. */
function attachedPolicies(resources: readonly At[]): Map<string, readonly Policy[]> {
  const attached = new Map<string, readonly Policy[]>();
  for (const { resource, accountId } of resources) {
    for (const roleName of rolesOf(resource)) {
      const key = roleKey(accountId, roleName);
      const policy = compilePolicy(resource.properties.PolicyDocument, { name: resource.logicalId, kind: 'identity' });
      attached.set(key, [...(attached.get(key) ?? []), policy]);
    }
  }
  return attached;
}

function rolesOf({ type, properties }: ResolvedResource): readonly string[] {
  if (type === 'AWS::IAM::RolePolicy') return [String(properties.RoleName)];
  const naming = type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy';
  return naming && Array.isArray(properties.Roles) ? properties.Roles.map(String) : [];
}
