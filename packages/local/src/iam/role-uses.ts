/** Which functions have which role. */
import type { ResolvedStack } from '../parts.js';
import type { Roles } from './read-roles.js';
import type { RoleUse } from './withheld.js';

/** Every role of the assembly with the functions that run as it. */
export function roleUses(stacks: readonly ResolvedStack[], roles: Roles): readonly RoleUse[] {
  const functions = stacks.flatMap(({ resources }) => resources).filter(({ type }) => type === 'AWS::Lambda::Function');
  return roles.all().map((role) => ({
    role,
    functions: functions
      .filter(({ properties }) => properties.Role === role.arn)
      .map(({ physicalId, logicalId }) => ({ name: physicalId, logicalId })),
  }));
}
