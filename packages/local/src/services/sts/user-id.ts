/** The unique id of a principal, as STS and `aws:userid` give it. */
import { callerOf } from '../../iam/caller.js';
import type { Roles } from '../../iam/read-roles.js';

/** `AROA…:SESSION` for a session, a made-up id of the right form for a user. */
export function userId(arn: string, roles: Roles): string {
  const caller = callerOf({ arn });
  if (caller.kind !== 'session') return `AIDA${'OPERATOR'.padEnd(17, '0')}`;
  return `${roles.find(caller.accountId, caller.roleName)?.id ?? caller.roleName}:${caller.sessionName}`;
}
