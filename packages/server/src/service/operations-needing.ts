/**
 * From an IAM action on a resource back to the operations that need it: what somebody who reads a denial has to add to `allow(…)`.
 */

import { ANSWERS_ACTIONS } from './answers.js';
import { LOOKS_UP, OBJECT_ACTIONS } from './bucket.js';
import type { AnyGrant } from './grant.js';
import { MODEL_ACTIONS } from './model.js';
import { INDEX_RIGHTS } from './search-index.js';
import { CLOSING_ACTION, REVOKE_ACTIONS } from './sessions.js';
import { TABLE_ACTIONS } from './table.js';

/** IAM's names: `dynamodb:PutItem`, and the ARN that was asked for. */
export interface DeniedRight {
  readonly action: string;
  readonly resource: string;
}

/**
 * Names of the operations of a grant's resource that need an action, whether the grant has them or not; none when no operation does. Several
 * when IAM cannot tell them apart.
 */
export function operationsNeeding(grant: AnyGrant, { action, resource: arn }: DeniedRight): readonly string[] {
  const { resource } = grant;
  switch (resource.kind) {
    case 'table':
      return keysWith(TABLE_ACTIONS, action);
    case 'bucket':
      return action === 's3:ListBucket' ? ['list', ...LOOKS_UP] : keysWith(OBJECT_ACTIONS, action);
    case 'index':
      return Object.entries(INDEX_RIGHTS).flatMap(([operation, right]) =>
        right.action === action && isPath(arn, `/${resource.indexName}${right.path}`) ? [operation] : [],
      );
    case 'answers':
      return Object.values(ANSWERS_ACTIONS).flatMap((actions) => keysWith(actions, action));
    case 'model':
      return Object.entries(MODEL_ACTIONS).flatMap(([operation, needed]) => (needed === action ? [operation] : []));
    case 'bus':
      return action === (resource.transport === 'table' ? 'dynamodb:PutItem' : 'sns:Publish') ? ['publish'] : [];
    case 'graph':
    case 'function':
    case 'topics':
    case 'presence':
      // What may be asked for is the API's or the other service's own; the grant knows.
      return grant.statements.some(({ actions }) => actions.includes(action)) ? grant.operations : [];
    case 'sessions':
      // Rights on connections are the deployment's to give, where there is a socket.
      return REVOKE_ACTIONS.includes(action) || action === CLOSING_ACTION ? grant.operations : [];
    default:
      return resource satisfies never;
  }
}

function keysWith(actions: Readonly<Record<string, readonly string[]>>, action: string): readonly string[] {
  return Object.keys(actions).filter((operation) => actions[operation]?.includes(action));
}

/** Whether an ARN ends in a path, whose end may be anything. */
function isPath(arn: string, path: string): boolean {
  const start = path.endsWith('*') ? path.slice(0, -1) : undefined;
  return start === undefined ? arn.endsWith(path) : arn.includes(start);
}
