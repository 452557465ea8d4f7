/**
 * Keys for everybody who calls the stage: one pair per function, which stands for the function's role, one for the operator, who is the
 * developer and the tests, and those of sessions that STS opens. They are made anew at every start and work nowhere else.
 *
 * Functions get a session token as well, as on AWS: code that signs without it fails here too.
 */
import { randomBytes } from 'node:crypto';
import type { CredentialStore, Credentials, Environment, KnownKey, Principal, ResolvedStack } from './parts.js';

export interface StageCredentials {
  readonly store: CredentialStore;
  /** May call everything. */
  readonly operator: Credentials;
  readonly operatorArn: string;
  /** @throws Error for a function that is not in the template */
  ofFunction(functionName: string): Credentials;
  /** Who a function is, by name or ARN. @throws Error for a function that is not in the template */
  principalOf(functionName: string): Principal;
  /** Keys of a session. @param expiresAtMs epoch milliseconds, from when on they are refused */
  openSession(principal: Principal, expiresAtMs: number): Credentials;
}

/** More sessions at once than any stage has; the oldest is forgotten. */
const MAX_SESSIONS = 10_000;

/** Makes the keys of a stage. @param random source of `byteCount` bytes, @default node:crypto */
export function createCredentials(
  stacks: readonly ResolvedStack[],
  environment: Environment,
  random: (byteCount: number) => Uint8Array = randomBytes,
): StageCredentials {
  const known = new Map<string, KnownKey>();
  const add = (key: KnownKey): Credentials => {
    known.set(key.credentials.accessKeyId, key);
    return key.credentials;
  };
  const { partition, accountId } = environment;
  const operatorArn = `arn:${partition}:iam::${accountId}:user/operator`;
  const operator = add({ credentials: keyPair('AKIA', random), principal: { arn: operatorArn } });
  const sessions: string[] = [];
  const ofFunctions = new Map<string, KnownKey>();
  for (const stack of stacks) {
    for (const resource of stack.resources.filter(({ type }) => type === 'AWS::Lambda::Function')) {
      const principal = functionPrincipal(stacks, String(resource.properties.Role ?? 'none'), {
        sessionName: resource.physicalId,
        accountId: (stack.environment ?? environment).accountId,
      });
      const key = { credentials: sessionKeys(random), principal };
      add(key);
      ofFunctions.set(resource.physicalId, key);
    }
  }
  const find = (functionName: string): KnownKey => {
    const key = ofFunctions.get(functionName) ?? ofFunctions.get(/:function:([^:]+)/.exec(functionName)?.[1] ?? '');
    if (key === undefined) throw new Error(`no credentials for ${functionName}: it is no function of the assembly`);
    return key;
  };
  return {
    store: { find: (accessKeyId) => known.get(accessKeyId) },
    operator,
    operatorArn,
    ofFunction: (functionName) => find(functionName).credentials,
    principalOf: (functionName) => find(functionName).principal,
    openSession(principal, expiresAtMs) {
      const credentials = add({ credentials: sessionKeys(random), principal, expiresAtMs });
      sessions.push(credentials.accessKeyId);
      if (sessions.length > MAX_SESSIONS) known.delete(sessions.shift()!);
      return credentials;
    },
  };
}

/** A function acts in a session of its role that has its name; a role's account is in its ARN. */
function functionPrincipal(
  stacks: readonly ResolvedStack[],
  roleArn: string,
  { sessionName, accountId }: { readonly sessionName: string; readonly accountId: string },
): Principal {
  const [, roleAccount = accountId] = /^arn:[\w-]+:iam::(\d{12}):/.exec(roleArn) ?? [];
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const arn = `arn:aws:sts::${roleAccount}:assumed-role/${roleName}/${sessionName}`;
  const roleId = findRole(stacks, roleAccount, roleName);
  return roleId === undefined ? { arn } : { arn, roleId };
}

/** Logical id of a role. A stack without an environment is in whatever account is asked for. */
function findRole(stacks: readonly ResolvedStack[], accountId: string, roleName: string): string | undefined {
  const near = stacks.filter(({ environment }) => (environment?.accountId ?? accountId) === accountId);
  const roles = near.flatMap((stack) => stack.resources).filter(({ type }) => type === 'AWS::IAM::Role');
  return roles.find((role) => role.physicalId === roleName)?.logicalId;
}

function sessionKeys(random: (byteCount: number) => Uint8Array): Credentials {
  return { ...keyPair('ASIA', random), sessionToken: Buffer.from(random(48)).toString('base64') };
}

/** In AWS's form: 4 + 16 characters, and 40. */
function keyPair(prefix: 'AKIA' | 'ASIA', random: (byteCount: number) => Uint8Array): Credentials {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = [...random(16)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return { accessKeyId: `${prefix}${id}`, secretAccessKey: Buffer.from(random(30)).toString('base64') };
}
