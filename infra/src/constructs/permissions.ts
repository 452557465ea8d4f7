/**
 * IAM statements from declarations: one Sid per part of a resource, named actions, named ARNs. CDK's own `grant…` methods are not used:
 * they give whole families (`grantReadData` is eight actions, scans among them).
 */

import type { AnyGrant, GrantStatement, GrantTarget, ResourceDeclaration } from '@org/gateway-server/service';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from './acknowledge.js';

/** Where a declared resource was deployed. */
export interface DeployedResource {
  readonly declaration: ResourceDeclaration;
  /** Value of its environment variable, see the server package's `resource-location.ts`. */
  readonly location: string;
  /** What the ARNs of its parts start with. */
  readonly arn: string;
  /** Which of AWS's services it is, where a declaration leaves that to the stage. */
  readonly provider?: string;
  /** Something else than a right lets callers in, such as a key in its location. */
  readonly needsNoRights?: true;
}

/** Rights on named ARNs. */
export interface Permission {
  /** Letters and digits, unique in its role. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: GrantStatement['conditions'];
  /** Why a resource ends in a wildcard; without a reason none may. */
  readonly wildcard?: string;
}

const SID_SUFFIX = {
  self: '',
  index: 'Indexes',
  objects: 'Objects',
  path: 'Paths',
  field: 'Fields',
} as const satisfies Record<GrantTarget['part'], string>;

/** Parts whose names only exist at run time. */
const RUN_TIME_NAMES: Partial<Record<GrantTarget['part'], string>> = {
  objects: 'Keys of objects are made at run time, below the granted prefix.',
  path: 'Ids of documents are made at run time, below the one index.',
};

/**
 * The permissions of a function's grants. Sids are the resource's name with the part (`FilesObjects`), numbered from the second on.
 *
 * @throws Error for a resource that was not deployed.
 */
export function grantPermissions(grants: readonly AnyGrant[], deployed: ReadonlyMap<string, DeployedResource>): readonly Permission[] {
  const taken = new Map<string, number>();
  return grants.flatMap(({ resource, statements }) => {
    const { arn, provider, needsNoRights } = find(deployed, resource);
    if (needsNoRights) return [];
    const here = statements.filter((statement) => statement.provider === undefined || statement.provider === provider);
    return here.map(({ actions, targets, conditions }) => {
      const part = targets[0]?.part ?? 'self';
      const resources = targets.map((target) => targetArn(arn, target));
      const wildcard = resources.some((each) => each.endsWith('*')) ? RUN_TIME_NAMES[part] : undefined;
      return {
        sid: uniqueSid(`${resource.name}${SID_SUFFIX[part]}`, taken),
        actions,
        resources,
        ...(conditions === undefined ? {} : { conditions }),
        ...(wildcard === undefined ? {} : { wildcard }),
      };
    });
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
  throw new Error(`[IAM] ${kind} ${name} is used but not deployed; it must be in the "uses" of a service or worker in services.ts`);
}

/**
 * Gives a role a permission.
 *
 * @throws Error for a wildcard that is not meant, see `policyStatement`.
 */
export function allow(role: Role, permission: Permission): void {
  role.addToPolicy(policyStatement(permission));
  const { wildcard } = permission;
  if (wildcard === undefined) return;
  for (const resource of permission.resources) if (resource.endsWith('*')) acknowledgeWildcard(role, resource, wildcard);
}

/** Named all through, or what follows a named prefix: objects, documents of an index, connections, streams. */
const NAMED = /^[^*]+$/;
const BELOW_NAMED = /^[^*]+\/\*$/;

/**
 * A permission as CDK writes it.
 *
 * @throws Error for a wildcard in an action, in the middle of an ARN, or at its end without a reason: neither is ever meant.
 */
export function policyStatement({ sid, actions, resources, conditions, wildcard }: Permission): PolicyStatement {
  const fits = (resource: string): boolean => NAMED.test(resource) || (wildcard !== undefined && BELOW_NAMED.test(resource));
  const wide = actions.find((action) => action.includes('*')) ?? resources.find((resource) => !fits(resource));
  if (wide !== undefined) throw new Error(`[IAM] ${sid} asks for "${wide}", expected named actions on named resources`);
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
  });
}

function targetArn(arn: string, target: GrantTarget): string {
  switch (target.part) {
    case 'self':
      return arn;
    case 'index':
      return `${arn}/index/${target.name}`;
    case 'objects':
      return `${arn}/${target.prefix}*`;
    case 'path':
      return `${arn}${target.path}`;
    case 'field':
      return `${arn}/types/${target.type}/fields/${target.field}`;
    default:
      return target satisfies never;
  }
}

function uniqueSid(sid: string, taken: Map<string, number>): string {
  const uses = (taken.get(sid) ?? 0) + 1;
  taken.set(sid, uses);
  return uses === 1 ? sid : `${sid}${uses}`;
}
