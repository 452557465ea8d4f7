/**
 * IAM statements from declarations: one Sid per part of a resource, named actions, named ARNs. CDK's own `grant…` methods are not used:
 * they give whole families (`grantReadData` is eight actions, scans among them).
 */

import type { AnyGrant, GrantTarget, ResourceDeclaration } from '@org/gateway-server/service';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Where a declared resource was deployed. */
export interface DeployedResource {
  readonly declaration: ResourceDeclaration;
  /** Physical name. */
  readonly name: string;
  readonly arn: string;
}

/** Rights on named ARNs. */
export interface Permission {
  /** Letters and digits, unique in its role. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const SID_SUFFIX = { self: '', index: 'Indexes', objects: 'Objects' } as const satisfies Record<GrantTarget['part'], string>;

/**
 * The permissions of a service's grants. Sids are the resource's name, `NameIndexes` and `NameObjects`, numbered from the second on.
 *
 * @throws Error for a resource that was not deployed.
 */
export function grantPermissions(grants: readonly AnyGrant[], deployed: ReadonlyMap<string, DeployedResource>): readonly Permission[] {
  const taken = new Map<string, number>();
  return grants.flatMap(({ resource, statements }) => {
    const { arn } = find(deployed, resource);
    return statements.map(({ actions, targets }) => ({
      sid: uniqueSid(`${resource.name}${SID_SUFFIX[targets[0]?.part ?? 'self']}`, taken),
      actions,
      resources: targets.map((target) => targetArn(arn, target)),
    }));
  });
}

/**
 * The deployed resource of a declaration.
 *
 * @throws Error when there is none.
 */
export function find(deployed: ReadonlyMap<string, DeployedResource>, { kind, name }: ResourceDeclaration): DeployedResource {
  const resource = deployed.get(name);
  if (resource !== undefined) return resource;
  throw new Error(`[IAM] ${kind} ${name} is used but not deployed; it must be in the "uses" of a service in services.ts`);
}

/**
 * A permission as CDK writes it.
 *
 * @throws Error for a wildcard in an action, or on everything: neither is ever meant.
 */
export function policyStatement({ sid, actions, resources }: Permission): PolicyStatement {
  const wide = [...actions, ...resources.filter((resource) => resource === '*')].find((text) => text.includes('*'));
  if (wide !== undefined) throw new Error(`[IAM] ${sid} asks for "${wide}", expected named actions on named resources`);
  return new PolicyStatement({ sid, actions: [...actions], resources: [...resources] });
}

function targetArn(arn: string, target: GrantTarget): string {
  switch (target.part) {
    case 'self':
      return arn;
    case 'index':
      return `${arn}/index/${target.name}`;
    case 'objects':
      return `${arn}/${target.prefix}*`;
    default:
      return target satisfies never;
  }
}

function uniqueSid(sid: string, taken: Map<string, number>): string {
  const uses = (taken.get(sid) ?? 0) + 1;
  taken.set(sid, uses);
  return uses === 1 ? sid : `${sid}${uses}`;
}
