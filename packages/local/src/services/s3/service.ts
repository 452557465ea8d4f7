/**
 * The HTTP face of the S3 stand-in: checks who calls, finds the operation, writes results, streams and XML errors, and applies the
 * bucket's CORS rules. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html - path style only.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorize } from '../../iam/authorize.js';
import type { Clock, Environment, Principal, Report, VerifySignature } from '../../parts.js';
import { AwsError } from '../../wire/aws-error.js';
import { CHECKSUM_ALGORITHMS } from '../../wire/checksum.js';
import { formBoundary } from '../../wire/multipart-form.js';
import { decodeUri, readQuery, splitUrl } from '../../wire/uri-encoding.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import type { S3Backend } from './backend.js';
import type { S3Request, S3Result } from './call.js';
import { requestKeys } from './condition-keys.js';
import { corsHeaders } from './cors.js';
import { s3Error } from './errors.js';
import type { HeaderReader } from './request-body.js';
import { routeRequest } from './router.js';
import { signatureError } from './signature-error.js';

export interface S3Options {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly report: Report;
  readonly backend: S3Backend;
  readonly verify: VerifySignature;
  readonly authorize: Authorize;
}

/** Answers one HTTP request, signed or not. */
export type S3Service = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createS3Service(options: S3Options): S3Service {
  return async (request, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    response.setHeader('x-amz-request-id', requestId);
    response.setHeader('x-amz-id-2', randomBytes(48).toString('base64'));
    response.setHeader('server', 'AmazonS3');
    const target = readTargetPath(request);
    try {
      await options.backend.open();
      const result = request.method === 'OPTIONS' ? preflight(options, request, target) : await answer(options, request, target);
      addCors(options, request, response, target);
      await writeResult(request, response, result);
    } catch (error) {
      if (response.headersSent || request.errored) {
        response.destroy();
        return;
      }
      addCors(options, request, response, target);
      writeError(request, response, { error: known(error, options), target, requestId });
    }
  };
}

interface Target {
  readonly bucketName: string;
  readonly key: string;
  readonly path: string;
}

function readTargetPath(request: IncomingMessage): Target {
  const { path } = splitUrl(request.url ?? '/');
  const [, bucketName = '', key = ''] = /^\/([^/]*)(?:\/([\s\S]*))?$/.exec(path) ?? [];
  return { bucketName: decodeUri(bucketName), key: decodeUri(key), path: decodeUri(path) };
}

async function answer(options: S3Options, request: IncomingMessage, target: Target): Promise<S3Result> {
  const isForm = request.method === 'POST' && target.key === '' && formBoundary(request.headers['content-type']) !== undefined;
  if (isForm && request.headers.authorization === undefined)
    return options.backend.postForm(createRequest(options, request, { target, principal: undefined, presigned: false }));
  const verified = options.verify({ method: request.method!, url: request.url!, headers: request.headers });
  if (!verified.ok) throw signatureError(verified, request.url!);
  const call = createRequest(options, request, { target, principal: verified.principal, presigned: verified.presigned });
  if (Buffer.byteLength(target.key) > 1024) throw s3Error('KeyTooLongError', { MaxSizeAllowed: 1024, Size: Buffer.byteLength(target.key) });
  const routing = routeRequest(call);
  if (routing === 'method-not-allowed') throw s3Error('MethodNotAllowed', { Method: request.method!, ResourceType: 'OBJECT' });
  if ('unsupported' in routing) {
    options.report({
      level: 'warn',
      part: 's3',
      message: `${request.method} with ?${routing.unsupported} is not implemented by the local stage`,
    });
    throw s3Error('NotImplemented', { Header: routing.unsupported });
  }
  for (const { action, resource, context } of routing.route.asks(call)) call.authorize(action, resource, context);
  return options.backend.run(call, routing.route);
}

interface Caller {
  readonly target: Target;
  readonly principal: Principal | undefined;
  readonly presigned: boolean;
}

function createRequest(options: S3Options, request: IncomingMessage, { target, principal, presigned }: Caller): S3Request {
  const pairs = readQuery(splitUrl(request.url!).query);
  const hoisted = presigned ? hoistedHeaders(pairs) : [];
  const hoistedByName = new Map(hoisted);
  const header: HeaderReader = (name) => {
    const value = request.headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? hoistedByName.get(name);
  };
  const keys = requestKeys(header, presigned ? 'REST-QUERY-STRING' : 'REST-HEADER');
  const ask = (action: string, resource: string, context: Readonly<Record<string, string>> = {}) =>
    principal ? options.authorize({ principal, action, resource, context: { ...keys, ...context } }) : { allowed: false };
  return {
    environment: options.environment,
    clock: options.clock,
    method: request.method!,
    url: request.url!,
    headers: request.headers,
    principal,
    bucketName: target.bucketName,
    key: target.key,
    query: new Map(pairs),
    header,
    metadataHeaders: () => [...Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const), ...hoisted],
    // Giving up on a body must not end the connection: the error is still to be sent.
    body: request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    origin: `http://${request.headers.host ?? '127.0.0.1'}`,
    allows: (action, resource) => ask(action, resource).allowed,
    authorize(action, resource, context) {
      const decision = ask(action, resource, context);
      if (!decision.allowed) throw s3Error('AccessDenied', {}, decision.message);
    },
  };
}

/**
 * The `x-amz-*` parameters of a presigned URL that S3 takes like headers. Checksums are not among them: the SDK's presigner puts the
 * CRC32 of an empty body there, and S3 ignores it (aws/aws-sdk#480, aws/aws-sdk-go-v2#2610, localstack/localstack#12169).
 */
function hoistedHeaders(pairs: readonly (readonly [string, string])[]): readonly (readonly [name: string, value: string])[] {
  return pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith('x-amz-') && !NOT_HOISTED.has(name));
}

const NOT_HOISTED: ReadonlySet<string> = new Set(CHECKSUM_ALGORITHMS.map((algorithm) => `x-amz-checksum-${algorithm}`));

/** AWS's sentence, with its spelling. */
const NOT_ALLOWED_BY_CORS =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

function preflight(options: S3Options, request: IncomingMessage, target: Target): S3Result {
  const { origin } = request.headers;
  const method = request.headers['access-control-request-method'];
  if (origin === undefined || method === undefined) {
    throw s3Error('InvalidRequest', {}, 'Insufficient information. Origin request header needed.');
  }
  const rules = options.backend.corsRules(target.bucketName);
  if (rules.length === 0) throw s3Error('AccessForbidden', { Method: method, ResourceType: 'BUCKET' });
  const headers = corsHeaders(rules, { origin, method, requestHeaders: request.headers['access-control-request-headers'] });
  if (!headers) throw s3Error('AccessForbidden', { Method: method, ResourceType: 'OBJECT' }, NOT_ALLOWED_BY_CORS);
  return { statusCode: 200, headers };
}

/** CORS headers of an actual request; errors get them too, so that scripts can read the reason. */
function addCors(options: S3Options, request: IncomingMessage, response: ServerResponse, target: Target): void {
  const { origin } = request.headers;
  if (origin === undefined || request.method === 'OPTIONS') return;
  const headers = corsHeaders(options.backend.corsRules(target.bucketName), { origin, method: request.method! });
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
}

async function writeResult(request: IncomingMessage, response: ServerResponse, result: S3Result): Promise<void> {
  const { statusCode, headers = {}, body } = result;
  const text = typeof body === 'string' ? { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(body)) } : {};
  const none =
    body === undefined && statusCode !== 204 && statusCode !== 304 && headers['content-length'] === undefined
      ? { 'content-length': '0' }
      : {};
  response.writeHead(statusCode, { ...headers, ...text, ...none });
  request.resume();
  if (body === undefined || typeof body === 'string') {
    response.end(body);
    return;
  }
  for await (const chunk of body) {
    if (response.destroyed) break;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Resolves when more can be written, or when nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function known(error: unknown, options: S3Options): AwsError {
  if (error instanceof AwsError) return error;
  options.report({
    level: 'error',
    part: 's3',
    message: `S3 failed inside: ${error instanceof Error ? error.message : String(error)}`,
    detail: { error },
  });
  return s3Error('InternalError');
}

interface ErrorAnswer {
  readonly error: AwsError;
  readonly target: Target;
  readonly requestId: string;
}

/** The error document; HEAD has none, which is why S3 clients know only the status there. */
function writeError(request: IncomingMessage, response: ServerResponse, { error, target, requestId }: ErrorAnswer): void {
  const members = error.members as Readonly<Record<string, string | number>>;
  const content = {
    Code: error.code,
    Message: error.message,
    ...members,
    Resource: target.path,
    RequestId: requestId,
    HostId: String(response.getHeader('x-amz-id-2')),
  };
  const document = request.method === 'HEAD' ? '' : xmlDocument('Error', content, { namespace: false });
  response.writeHead(error.statusCode, {
    'content-type': 'application/xml',
    ...(document !== '' && { 'content-length': String(Buffer.byteLength(document)) }),
  });
  response.end(document);
  request.resume();
}
