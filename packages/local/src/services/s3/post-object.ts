/**
 * POST Object: a browser form that uploads one file under a signed policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html - anonymous forms are refused.
 */
import type { Authorize } from '../../iam/authorize.js';
import type { CredentialStore } from '../../parts.js';
import { FormError, formBoundary, readUploadForm, type UploadForm } from '../../wire/multipart-form.js';
import { encodeUriPath } from '../../wire/uri-encoding.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import { objectArn, type S3Call, type S3Result } from './call.js';
import { requestKeys } from './condition-keys.js';
import { s3Error } from './errors.js';
import type { ObjectRecord } from './object-file.js';
import { uploadHeaders, uploadMetadata } from './object-headers.js';
import { checkPostPolicy, type PostPolicy } from './post-policy.js';
import { type BodyDeclaration, readBodyDeclaration, receiveBody } from './request-body.js';

interface PostAuthority {
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
}

/** Takes in a form; ends in `MalformedPOSTRequest`, `AccessDenied`, `EntityTooLarge`, `EntityTooSmall` or the redirect asked for. */
export async function postObject(call: S3Call, authority: PostAuthority): Promise<S3Result> {
  const boundary = formBoundary(call.header('content-type'));
  if (boundary === undefined) throw s3Error('MalformedPOSTRequest');
  try {
    const form = await readUploadForm(call.body, boundary);
    return await storeForm(call, form, authority);
  } catch (error) {
    throw error instanceof FormError
      ? s3Error('MalformedPOSTRequest', {}, `${s3Error('MalformedPOSTRequest').message} ${error.message}`)
      : error;
  }
}

async function storeForm(call: S3Call, form: UploadForm, authority: PostAuthority): Promise<S3Result> {
  const template = form.fields.get('key');
  if (template === undefined || template === '')
    throw s3Error(
      'InvalidArgument',
      {},
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
  const key = template.replaceAll('${filename}', form.fileName);
  if (Buffer.byteLength(key) > 1024) throw s3Error('KeyTooLongError', { MaxSizeAllowed: 1024, Size: Buffer.byteLength(key) });
  const fields = new Map([...form.fields, ['key', key]]);
  const policy = checkPostPolicy({ bucketName: call.bucketName, fields, nowMs: call.clock.now() }, authority.credentials);
  const resource = objectArn({ bucketName: call.bucketName, key });
  const context = requestKeys((name) => fields.get(name), 'POST');
  const decision = authority.authorize({ principal: policy.principal, action: 's3:PutObject', resource, context });
  if (!decision.allowed) throw s3Error('AccessDenied', {}, decision.message);

  const bucket = call.bucket();
  const draft = await bucket.draft();
  try {
    const declared: BodyDeclaration = { ...readBodyDeclaration((name) => fields.get(name)), contentLength: undefined, awsChunked: false };
    const { size, md5Hex, checksum } = await receiveBody(limited(form.file, policy), declared, { write: draft.write });
    if (size < policy.minBytes) throw s3Error('EntityTooSmall', { ProposedSize: size, MinSizeAllowed: policy.minBytes });
    const record: ObjectRecord = {
      key,
      size,
      etag: md5Hex,
      lastModifiedMs: call.clock.now(),
      headers: uploadHeaders((name) => fields.get(name)),
      metadata: uploadMetadata(fields),
      ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
    };
    await bucket.put(draft, record);
    return answer(call, record, fields);
  } finally {
    await draft.discard();
  }
}

async function* limited(file: AsyncIterable<Buffer>, policy: PostPolicy): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > policy.maxBytes) throw s3Error('EntityTooLarge', { ProposedSize: bytes, MaxSizeAllowed: policy.maxBytes });
    yield chunk;
  }
}

/** 204, or what `success_action_redirect` and `success_action_status` ask for. */
function answer(call: S3Call, record: ObjectRecord, fields: ReadonlyMap<string, string>): S3Result {
  const etag = `"${record.etag}"`;
  const location = `${call.origin}/${call.bucketName}/${encodeUriPath(record.key)}`;
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: call.bucketName, key: record.key, etag })) target.searchParams.append(name, value);
    return { statusCode: 303, headers: { location: target.href, etag } };
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const result = { Location: location, Bucket: call.bucketName, Key: record.key, ETag: etag };
    return { statusCode: 201, headers: { location, etag }, body: xmlDocument('PostResponse', result, { namespace: false }) };
  }
  return { statusCode: status === '200' ? 200 : 204, headers: { location, etag } };
}
