/**
 * The policy of a browser upload: its signature, its expiry and its conditions.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { signText } from '../../iam/canonical-request.js';
import type { CredentialStore, Principal } from '../../parts.js';
import { s3Error } from './errors.js';

/** What a valid policy allows. */
export interface PostPolicy {
  readonly principal: Principal;
  /** `content-length-range` in bytes. */
  readonly minBytes: number;
  readonly maxBytes: number;
}

interface PostRequest {
  readonly bucketName: string;
  /** Form fields by lower-case name; `key` with `${filename}` replaced. */
  readonly fields: ReadonlyMap<string, string>;
  readonly nowMs: number;
}

/** Verifies the signature and every condition; ends in `AccessDenied`, `InvalidPolicyDocument` or an error of the signature. */
export function checkPostPolicy(request: PostRequest, credentials: CredentialStore): PostPolicy {
  const principal = verifyPolicySignature(request.fields, credentials);
  const policy = parsePolicy(request.fields.get('policy')!);
  if (!(Date.parse(policy.expiration) > request.nowMs)) throw s3Error('AccessDenied', {}, 'Invalid according to Policy: Policy expired.');
  const values = new Map([...request.fields, ['bucket', request.bucketName]]);
  const covered = new Set<string>();
  let limits = { minBytes: 0, maxBytes: Number.POSITIVE_INFINITY };
  for (const condition of policy.conditions) {
    const parsed = parseCondition(condition);
    if (parsed.operator === 'content-length-range') {
      limits = { minBytes: parsed.min, maxBytes: parsed.max };
      continue;
    }
    covered.add(parsed.field);
    if (!holds(parsed, values.get(parsed.field))) {
      throw s3Error(
        'AccessDenied',
        {},
        `Invalid according to Policy: Policy Condition failed: ${JSON.stringify([parsed.operator, `$${parsed.field}`, parsed.value])}`,
      );
    }
  }
  const extra = [...request.fields.keys()].filter((name) => !covered.has(name) && !EXEMPT.has(name) && !name.startsWith('x-ignore-'));
  if (extra.length > 0) throw s3Error('AccessDenied', {}, `Invalid according to Policy: Extra input fields: ${extra.join(', ')}`);
  return { principal, ...limits };
}

/** Fields that need no condition. */
const EXEMPT = new Set(['policy', 'x-amz-signature', 'file', 'awsaccesskeyid', 'signature']);

function verifyPolicySignature(fields: ReadonlyMap<string, string>, credentials: CredentialStore): Principal {
  const policy = fields.get('policy');
  if (policy === undefined) throw s3Error('AccessDenied');
  const [credential, signature, date] = ['x-amz-credential', 'x-amz-signature', 'x-amz-date'].map((name) => fields.get(name));
  if (credential === undefined || signature === undefined || date === undefined || fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256') {
    throw s3Error(
      'InvalidArgument',
      {},
      "Bucket POST must contain a field named 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date' and 'x-amz-signature'.",
    );
  }
  const [accessKeyId = '', scopeDate = '', region = '', service = ''] = credential.split('/');
  const known = credentials.find(accessKeyId);
  if (!known) throw s3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId });
  if (service !== 's3' || signText(known.credentials.secretAccessKey, { scopeDate, region, service }, policy) !== signature)
    throw s3Error('SignatureDoesNotMatch');
  if ((known.credentials.sessionToken ?? '') !== (fields.get('x-amz-security-token') ?? '')) throw s3Error('InvalidToken');
  return known.principal;
}

function parsePolicy(encoded: string): { readonly expiration: string; readonly conditions: readonly unknown[] } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Invalid JSON.');
  }
  const { expiration, conditions } = (value ?? {}) as Record<string, unknown>;
  if (typeof expiration !== 'string') throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Policy missing expiration.');
  if (!Array.isArray(conditions)) throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Policy missing conditions.');
  return { expiration, conditions };
}

type Condition =
  | { readonly operator: 'eq' | 'starts-with'; readonly field: string; readonly value: string }
  | { readonly operator: 'content-length-range'; readonly min: number; readonly max: number };

/** `{"acl": "private"}`, `["eq", "$acl", "private"]`, `["starts-with", "$key", "user/"]` or `["content-length-range", 1, 100]`. */
function parseCondition(condition: unknown): Condition {
  const invalid = s3Error('InvalidPolicyDocument', {}, `Invalid Policy: Invalid condition ${JSON.stringify(condition)}.`);
  if (typeof condition !== 'object' || condition === null) throw invalid;
  if (!Array.isArray(condition)) {
    const [entry, ...others] = Object.entries(condition as Record<string, unknown>);
    if (!entry || others.length > 0) throw invalid;
    return { operator: 'eq', field: entry[0].toLowerCase(), value: String(entry[1]) };
  }
  const [operator, left, right] = condition as unknown[];
  const name = String(operator).toLowerCase();
  if (name === 'content-length-range') {
    const [min, max] = [Number(left), Number(right)];
    if (!Number.isFinite(min) || !Number.isFinite(max) || max < min) throw invalid;
    return { operator: 'content-length-range', min, max };
  }
  if ((name !== 'eq' && name !== 'starts-with') || typeof left !== 'string' || !left.startsWith('$')) throw invalid;
  return { operator: name, field: left.slice(1).toLowerCase(), value: String(right) };
}

function holds(condition: Exclude<Condition, { operator: 'content-length-range' }>, value: string | undefined): boolean {
  return condition.operator === 'eq' ? value === condition.value : (value ?? '').startsWith(condition.value) && value !== undefined;
}
