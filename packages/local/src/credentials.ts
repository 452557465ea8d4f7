/**
 * Keys for everybody who calls the stage: one pair per function, which stands for the function's role, and one for the operator, who is
 * the developer and the tests. They are made anew at every start and work nowhere else.
 *
 * Functions get a session token as well, as on AWS: code that signs without it fails here too.
 */
import { randomBytes } from 'node:crypto';
import type { CredentialStore, Credentials, Environment, Principal, ResolvedStack } from './parts.js';

export interface StageCredentials {
  readonly store: CredentialStore;
  /** May call everything. */
  readonly operator: Credentials;
  /** @throws Error for a function that is not in the template */
  ofFunction(functionName: string): Credentials;
}

/** Makes the keys of a stage. @param random source of `byteCount` bytes, @default node:crypto */
export function createCredentials(
  stacks: readonly ResolvedStack[],
  environment: Environment,
  random: (byteCount: number) => Uint8Array = randomBytes,
): StageCredentials {
  const known = new Map<string, { readonly credentials: Credentials; readonly principal: Principal }>();
  const add = (credentials: Credentials, principal: Principal): Credentials => {
    known.set(credentials.accessKeyId, { credentials, principal });
    return credentials;
  };
  const { partition, accountId } = environment;
  const operator = add(keyPair('AKIA', random), { arn: `arn:${partition}:iam::${accountId}:user/operator` });
  const ofFunctions = new Map<string, Credentials>();
  for (const resource of stacks.flatMap((stack) => stack.resources).filter(({ type }) => type === 'AWS::Lambda::Function')) {
    const role = findRole(stacks, resource.properties.Role);
    const roleName = String(resource.properties.Role ?? 'none')
      .split('/')
      .at(-1)!;
    const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${resource.physicalId}`;
    const credentials = { ...keyPair('ASIA', random), sessionToken: Buffer.from(random(48)).toString('base64') };
    ofFunctions.set(resource.physicalId, add(credentials, role === undefined ? { arn } : { arn, roleId: role }));
  }
  return {
    store: { find: (accessKeyId) => known.get(accessKeyId) },
    operator,
    ofFunction(functionName) {
      const credentials = ofFunctions.get(functionName);
      if (credentials === undefined) throw new Error(`no credentials for ${functionName}: it is no function of the assembly`);
      return credentials;
    },
  };
}

/** Logical id of the role with an ARN. */
function findRole(stacks: readonly ResolvedStack[], roleArn: unknown): string | undefined {
  const roles = stacks.flatMap((stack) => stack.resources).filter(({ type }) => type === 'AWS::IAM::Role');
  return roles.find((role) => String(roleArn).endsWith(`/${role.physicalId}`))?.logicalId;
}

/** In AWS's form: 4 + 16 characters, and 40. */
function keyPair(prefix: 'AKIA' | 'ASIA', random: (byteCount: number) => Uint8Array): Credentials {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = [...random(16)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return { accessKeyId: `${prefix}${id}`, secretAccessKey: Buffer.from(random(30)).toString('base64') };
}
