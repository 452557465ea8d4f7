/**
 * The fields of a form that uploads straight to S3: a policy that says what S3 takes, and its signature. AWS has a library for this, which
 * takes its time from the machine and brings an S3 client of another version along.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */

import { expiryMs } from './bucket-parts.js';
import type { SigningTime } from './s3.js';

/** What S3 takes: exactly this key, type and metadata, and a body of 1 to `maxBytes`. */
export interface FormPolicy {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

export interface FormSigner extends SigningTime {
  readonly region: string;
  readonly identity: { readonly accessKeyId: string; readonly sessionToken?: string | undefined };
  /** SigV4 of a text with the key of this day, region and S3, in hexadecimal digits. */
  sign(text: string, at: Date): Promise<string>;
}

/** The fields to send before the `file`. Every one of them is in the policy, as S3 asks of all fields but its own. */
export async function formFields(policy: FormPolicy, signer: FormSigner): Promise<Readonly<Record<string, string>>> {
  const at = new Date(signer.signedAtMs);
  const date = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const metadata = Object.entries(policy.metadata).map(([name, value]) => [`x-amz-meta-${name.toLowerCase()}`, value] as const);
  const fields = {
    key: policy.key,
    'Content-Type': policy.contentType,
    ...Object.fromEntries(metadata),
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${signer.identity.accessKeyId}/${date.slice(0, 8)}/${signer.region}/s3/aws4_request`,
    'X-Amz-Date': date,
    ...(signer.identity.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': signer.identity.sessionToken }),
  };
  const conditions = [
    { bucket: policy.bucket },
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ['content-length-range', 1, policy.maxBytes],
  ];
  const expiration = new Date(expiryMs(signer)).toISOString();
  const encoded = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  return { ...fields, Policy: encoded, 'X-Amz-Signature': await signer.sign(encoded, at) };
}
