/**
 * AssumeRole: keys for a session of a role whose trust policy lets the caller in.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import { arnParts } from '../../iam/arn.js';
import { denialMessage } from '../../iam/authorize.js';
import { MalformedPolicy } from '../../iam/malformed-policy.js';
import { compilePolicy } from '../../iam/policy.js';
import type { Role } from '../../iam/read-roles.js';
import type { Principal } from '../../parts.js';
import { type QueryNode, queryItems, queryText } from '../../wire/aws-query.js';
import type { XmlValue } from '../../wire/xml-writer.js';
import { type StsCall, stsError } from './call.js';
import { userId } from './user-id.js';

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 900;
const MAX_SECONDS = 43_200;
/** A role that assumes a role: an hour at most, whatever the role allows. */
const MAX_CHAINED_SECONDS = 3600;
const MAX_POLICY_CHARACTERS = 2048;
/** Not served: they would change what policies see. */
const REFUSED = ['Tags', 'TransitiveTagKeys', 'SourceIdentity', 'SerialNumber', 'TokenCode', 'ProvidedContexts'];

/** Ends in `AccessDenied`, `ValidationError`, `MalformedPolicyDocument` or `PackedPolicyTooLarge`. */
export function assumeRole(call: StsCall): XmlValue {
  const { parts, form } = call;
  const { roleArn, sessionName, durationSeconds } = readRequest(form);
  const role = mayAssume(call, { roleArn, sessionName });
  const longest = call.principal.arn.includes(':assumed-role/') ? MAX_CHAINED_SECONDS : role.maxSessionSeconds;
  if (durationSeconds > role.maxSessionSeconds) {
    throw stsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  if (durationSeconds > longest) {
    const message = 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';
    throw stsError('ValidationError', message);
  }
  const sessionPolicy = readSessionPolicy(call);
  const principal: Principal = {
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    roleId: role.logicalId,
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
  };
  const expiresAtMs = Math.floor(parts.clock.now() / 1000 + durationSeconds) * 1000;
  const { accessKeyId, secretAccessKey, sessionToken } = parts.openSession(principal, expiresAtMs);
  return {
    AssumedRoleUser: { AssumedRoleId: userId(principal.arn, parts.roles), Arn: principal.arn },
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(expiresAtMs).toISOString().replace('.000Z', 'Z'),
    },
  };
}

interface AssumeRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
}

function readRequest(form: QueryNode): AssumeRequest {
  const refused = REFUSED.find((name) => form[name] !== undefined);
  if (refused !== undefined) throw stsError('ValidationError', `${refused} is not served by the local stage; leave it out`);
  const roleArn = queryText(form, 'RoleArn') ?? '';
  const sessionName = queryText(form, 'RoleSessionName') ?? '';
  const duration = queryText(form, 'DurationSeconds') ?? String(DEFAULT_SECONDS);
  if (roleArn.length < 20 || arnParts(roleArn) === undefined) throw stsError('ValidationError', `${roleArn} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw constraint('roleSessionName', sessionName, '[\\w+=,.@-]*, 2 to 64 characters');
  const seconds = Number(duration);
  if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    throw constraint('durationSeconds', duration, `a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}`);
  }
  return { roleArn, sessionName, durationSeconds: seconds };
}

function constraint(name: string, value: string, expected: string): Error {
  const problem = `Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy ${expected}`;
  return stsError('ValidationError', `1 validation error detected: ${problem}`);
}

/** The role, when its trust policy and the caller's own policies allow it. A role that is not there is denied as well. */
function mayAssume({ parts, principal, form }: StsCall, asked: { roleArn: string; sessionName: string }): Role {
  const externalId = queryText(form, 'ExternalId');
  const request = {
    principal,
    action: 'sts:AssumeRole',
    resource: asked.roleArn,
    context: { 'sts:RoleSessionName': asked.sessionName, ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }) },
  };
  const { allowed, message = denialMessage(request) } = parts.authorize(request);
  const accountId = arnParts(asked.roleArn)?.[4] ?? '';
  const role = parts.roles.find(accountId, asked.roleArn.slice(asked.roleArn.lastIndexOf('/') + 1));
  if (allowed && role?.arn === asked.roleArn) return role;
  throw stsError('AccessDenied', allowed ? denialMessage(request) : message, 403);
}

/** `Policy` and `PolicyArns` together, as one document: what either allows, the session may use. */
function readSessionPolicy({ parts, form }: StsCall): string | undefined {
  const inline = queryText(form, 'Policy');
  const arns = queryItems(form, 'PolicyArns').map((item) => queryText(typeof item === 'string' ? {} : item, 'arn') ?? String(item));
  if (inline === undefined && arns.length === 0) return undefined;
  if ((inline ?? '').length > MAX_POLICY_CHARACTERS) {
    throw stsError(
      'PackedPolicyTooLarge',
      `Serialized token too large for session: got ${inline?.length} characters, expected at most 2048`,
    );
  }
  const managed = arns.map((arn) => {
    const document = parts.roles.managedDocument(arn);
    if (document === undefined) throw stsError('ValidationError', `Policy ARN ${arn} is not known to the local stage`);
    return document;
  });
  return joined([...(inline === undefined ? [] : [inline]), ...managed]);
}

function joined(documents: readonly unknown[]): string {
  try {
    const statements = documents.flatMap((document) => {
      compilePolicy(document, { name: 'session policy', kind: 'session' });
      const { Statement } = (typeof document === 'string' ? JSON.parse(document) : document) as { readonly Statement?: unknown };
      return Statement ?? [];
    });
    return JSON.stringify({ Version: '2012-10-17', Statement: statements });
  } catch (error) {
    if (error instanceof MalformedPolicy) throw stsError('MalformedPolicyDocument', error.message);
    throw error;
  }
}
