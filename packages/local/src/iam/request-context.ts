/**
 * The values of condition keys in one request: what the service knows of the call, and the keys that every request has.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 *
 * The stage speaks plain HTTP on 127.0.0.1. Its requests count as secure (`aws:SecureTransport`), since on AWS they would be.
 */
import type { Caller } from './caller.js';
import type { Lookup } from './policy-text.js';
import type { Role } from './read-roles.js';

export interface ContextParts {
  readonly caller: Caller;
  readonly role: Role | undefined;
  readonly resourceAccount: string;
  readonly region: string;
  readonly nowMs: number;
  /** Keys that the service gave. They win. */
  readonly given: Readonly<Record<string, string | readonly string[]>>;
}

/** Keys whose value is another at every request: a decision that depends on one cannot be kept. */
export const timeKeys: readonly string[] = ['aws:currenttime', 'aws:epochtime'];

/** Looks keys up. */
export function contextOf(parts: ContextParts): Lookup {
  const given = new Map(Object.entries(parts.given).map(([key, value]) => [key.toLowerCase(), listOf(value)]));
  return (key) => given.get(key) ?? listOf(globalValue(key, parts));
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

function globalValue(key: string, parts: ContextParts): string | undefined {
  const own = callerValue(key, parts);
  if (own !== undefined) return own;
  switch (key) {
    case 'aws:currenttime':
      return new Date(parts.nowMs).toISOString();
    case 'aws:epochtime':
      return String(Math.floor(parts.nowMs / 1000));
    case 'aws:requestedregion':
      return parts.region;
    case 'aws:resourceaccount':
      return parts.resourceAccount;
    case 'aws:securetransport':
      return 'true';
    case 'aws:sourceip':
      return parts.caller.kind === 'service' ? undefined : '127.0.0.1';
    case 'aws:viaawsservice':
      return 'false';
    default:
      return undefined;
  }
}

function callerValue(key: string, { caller, role }: ContextParts): string | undefined {
  if (caller.kind === 'service') {
    if (key === 'aws:principalservicename') return caller.service;
    return key === 'aws:principalisawsservice' ? 'true' : undefined;
  }
  switch (key) {
    case 'aws:principalarn':
      return role?.arn ?? caller.arn;
    case 'aws:principalaccount':
      return caller.accountId;
    case 'aws:principaltype':
      return caller.kind === 'session' ? 'AssumedRole' : 'User';
    case 'aws:principalisawsservice':
      return 'false';
    case 'aws:username':
      return caller.kind === 'user' ? caller.userName : undefined;
    case 'aws:userid':
      return caller.kind === 'session' ? `${role?.id ?? caller.roleName}:${caller.sessionName}` : caller.userName;
    default:
      return key.startsWith('aws:principaltag/') ? tagOf(role, key.slice('aws:principaltag/'.length)) : undefined;
  }
}

/** Names of tags are compared without regard to case, as all condition keys are. */
function tagOf(role: Role | undefined, name: string): string | undefined {
  return Object.entries(role?.tags ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
