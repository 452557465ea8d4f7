/**
 * POST Object: a browser form that uploads one file under a signed policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html - anonymous forms are refused.
 */
import type { Authorize } from '../../iam/authorize.js';
import type { CredentialStore } from '../../parts.js';
import { FormError, formBoundary, readUploadForm, type UploadForm } from '../../wire/multipart-form.js';
import { encodeUriPath } from '../../wire/uri-encoding.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import { objectArn, type S3Request, type S3Result } from './call.js';
import { requestKeys } from './condition-keys.js';
import { s3Error } from './errors.js';
import { checkPostPolicy, type PostPolicy } from './post-policy.js';
import { type BodyDeclaration, readBodyDeclaration } from './request-body.js';

/** A file whose form was found to be in order. */
export interface FormUpload {
  readonly key: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Throws `EntityTooLarge` when it is longer than the policy allows. */
  readonly file: AsyncIterable<Buffer>;
  readonly declared: BodyDeclaration;
  /** @throws AwsError `EntityTooSmall` */
  checkSize(bytes: number): void;
}

interface PostAuthority {
  readonly credentials: CredentialStore;
  readonly authorize: Authorize;
  /** Keeps the file; resolves with its ETag in quotes. */
  store(upload: FormUpload): Promise<string>;
}

/** Takes in a form; ends in `MalformedPOSTRequest`, `AccessDenied`, `EntityTooLarge`, `EntityTooSmall` or the redirect asked for. */
export async function postObject(request: S3Request, authority: PostAuthority): Promise<S3Result> {
  const boundary = formBoundary(request.header('content-type'));
  if (boundary === undefined) throw s3Error('MalformedPOSTRequest');
  try {
    const form = await readUploadForm(request.body, boundary);
    return await takeForm(request, form, authority);
  } catch (error) {
    throw error instanceof FormError
      ? s3Error('MalformedPOSTRequest', {}, `${s3Error('MalformedPOSTRequest').message} ${error.message}`)
      : error;
  }
}

async function takeForm(request: S3Request, form: UploadForm, authority: PostAuthority): Promise<S3Result> {
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
  const policy = checkPostPolicy({ bucketName: request.bucketName, fields, nowMs: request.clock.now() }, authority.credentials);
  const resource = objectArn({ bucketName: request.bucketName, key });
  const context = requestKeys((name) => fields.get(name), 'POST');
  const decision = authority.authorize({ principal: policy.principal, action: 's3:PutObject', resource, context });
  if (!decision.allowed) throw s3Error('AccessDenied', {}, decision.message);

  const declared: BodyDeclaration = { ...readBodyDeclaration((name) => fields.get(name)), contentLength: undefined, awsChunked: false };
  const checkSize = (size: number): void => {
    if (size < policy.minBytes) throw s3Error('EntityTooSmall', { ProposedSize: size, MinSizeAllowed: policy.minBytes });
  };
  const etag = await authority.store({ key, fields, file: limited(form.file, policy), declared, checkSize });
  return answer(request, { key, etag }, fields);
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
function answer(
  request: S3Request,
  { key, etag }: { readonly key: string; readonly etag: string },
  fields: ReadonlyMap<string, string>,
): S3Result {
  const location = `${request.origin}/${request.bucketName}/${encodeUriPath(key)}`;
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket: request.bucketName, key, etag })) target.searchParams.append(name, value);
    return { statusCode: 303, headers: { location: target.href, etag } };
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    const result = { Location: location, Bucket: request.bucketName, Key: key, ETag: etag };
    return { statusCode: 201, headers: { location, etag }, body: xmlDocument('PostResponse', result, { namespace: false }) };
  }
  return { statusCode: status === '200' ? 200 : 204, headers: { location, etag } };
}
