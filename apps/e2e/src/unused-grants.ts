/** Rights that a whole run did not need, as a table for people. */

import type { UnusedGrant } from '@org/gateway-local';

/**
 * Rights of roles that no function has: AWS's own services act with those, which pull images and write logs where no stage can see it.
 */
const isAskedFor = ({ functions }: UnusedGrant) => functions.length > 0;

/** One line per right; a single one when all were needed. */
export function unusedGrantsTable(grants: readonly UnusedGrant[]): string {
  const unused = grants.filter(isAskedFor);
  if (unused.length === 0) return 'Every declared right was needed.';
  const lines = unused.map(
    ({ role, action, resource }) => `  ${role.padEnd(36)} ${action.padEnd(44)} ${resource.split(':').slice(5).join(':')}`,
  );
  return [`${unused.length} declared rights that no test needed:`, ...lines].join('\n');
}
