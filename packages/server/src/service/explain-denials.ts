/**
 * Says which word of a declaration a denied call lacks. A denial names an ARN and a role; both are made of declared names, because infra
 * takes those as logical ids. What no declaration gives (logs, the gateway's own tables, queues of workers) is left unexplained.
 */

import type { AnyServiceDeclaration } from './define-service.js';
import type { AnyGrant, ResourceDeclaration } from './grant.js';
import { type DeniedRight, operationsNeeding } from './operations-needing.js';
import type { AnyWorkerDeclaration } from './worker.js';

/** A denied call, as the local stage tells of it. */
export interface DeniedCall extends DeniedRight {
  /** Logical id of the role, which begins with the function's. */
  readonly role?: string;
}

/** The service of AWS in an ARN or action, and the resources that live there. */
const KINDS: Readonly<Record<string, readonly ResourceDeclaration['kind'][]>> = {
  dynamodb: ['table', 'bus', 'topics', 'sessions'],
  s3: ['bucket'],
  es: ['index'],
  kendra: ['answers'],
  bedrock: ['answers'],
  sagemaker: ['model'],
  appsync: ['graph'],
  sns: ['bus'],
  lambda: ['function'],
  'execute-api': ['sessions'],
};

/**
 * Explains denials of these services and workers, as `add 'delete' to Documents.allow(…) in the uses of documents`. Undefined for a right
 * that no declaration gives.
 */
export function explainDenials(
  declarations: readonly (AnyServiceDeclaration | AnyWorkerDeclaration)[],
): (denied: DeniedCall) => string | undefined {
  const grants = declarations.flatMap(({ uses }) => Object.values(uses));
  const owners = declarations.map((declaration) =>
    'service' in declaration ? ([declaration.service.name, 'Service'] as const) : ([declaration.name, 'Worker'] as const),
  );
  return (denied) => {
    // In another account, a service acts as the role that is there for it.
    const [owner] =
      owners.find(([name, kind]) => denied.role?.startsWith(`${name}${kind}`) || denied.role?.startsWith(`${name}Access`)) ?? [];
    const grant = grantOf(grants, denied);
    if (owner === undefined || grant === undefined) return undefined;
    const operations = operationsNeeding(grant, denied).map((operation) => `'${operation}'`);
    if (operations.length === 0) return undefined;
    return `add ${operations.join(' or ')} to ${nameOf(grant.resource)}.allow(…) in the uses of ${owner} (apps/api/src/${owner}/service.ts)`;
  };
}

/** A grant of the resource that an ARN is of, whoever has it: the one with the longest name that fits. */
function grantOf(grants: readonly AnyGrant[], { action, resource: arn }: DeniedRight): AnyGrant | undefined {
  const kinds = KINDS[action.split(':')[0] ?? ''] ?? [];
  const here = grants.filter(({ resource }) => kinds.includes(resource.kind));
  const only = new Set(here.map(({ resource }) => resource.name)).size === 1;
  const fitting = here.filter(({ resource }) => only || arn.toLowerCase().includes(partOfArn(resource).toLowerCase()));
  return fitting.sort((one, other) => other.resource.name.length - one.resource.name.length)[0];
}

function partOfArn(resource: ResourceDeclaration): string {
  if (resource.kind === 'index') return `/${resource.indexName}`;
  if (resource.kind === 'topics') return '/Topics';
  if (resource.kind === 'sessions') return 'Connections';
  return resource.kind === 'function' ? `${resource.service}ServiceFunction` : resource.name;
}

function nameOf(resource: ResourceDeclaration): string {
  if (resource.kind === 'topics') return `topics(${resource.service})`;
  if (resource.kind === 'sessions') return 'sessions';
  return resource.kind === 'function' ? `serviceFunction(${resource.service})` : resource.name;
}
