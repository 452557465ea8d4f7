/**
 * One HTTP port for the AWS services of the stage. The service of a request is in the scope of its SigV4 signature, so an unmodified
 * SDK client needs nothing but `AWS_ENDPOINT_URL=http://127.0.0.1:PORT`. DynamoDB and S3 are built in, further services are handed
 * in by the name they sign with. Plain HTTP; requests without a signature are S3's (preflights, forms, anonymous reads) unless they
 * speak a JSON protocol.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataParts } from '../data-folder.js';
import { type Authorize, allowAll } from '../iam/authorize.js';
import { readSignature } from '../iam/signature-parts.js';
import { createVerifier } from '../iam/sigv4.js';
import type { Clock, CredentialStore, Environment, Report, StreamSource, VerifySignature } from '../parts.js';
import type { OpenHandler, WireHandler, WireResponse } from '../wire/wire-handler.js';
import { createDynamoAccounts, type DynamoAccounts } from './dynamodb/accounts.js';
import { failureOf } from './endpoint-failure.js';
import { type CallFaults, callWithFaults } from './faulty-call.js';
import type { S3Backend } from './s3/backend.js';
import { isBucketName } from './s3/bucket-operations.js';
import { createBucketStore } from './s3/bucket-store.js';
import { readCorsConfiguration } from './s3/cors.js';
import { createEmbeddedBuckets } from './s3/embedded-buckets.js';
import type { S3Service } from './s3/service.js';
import type { ServiceFaults } from './service-module.js';

export interface AwsEndpointOptions {
  readonly environment: Environment;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly report: Report;
  /** 0 takes a free one. */
  readonly port: number;
  /** @default '127.0.0.1' - an IP, since with a host name the S3 client would use `bucket.host` */
  readonly host?: string;
  /** Where tables and objects are kept; absent: tables in memory, objects in a temporary folder until `close`. */
  readonly dataDir?: string;
  /** Further services by the name in their signature's scope, such as `lambda`; looked up at every call, so that they can start later. */
  readonly extra?: ReadonlyMap<string, WireHandler>;
  /** Services that answer callers without a signature too, by the beginning of their paths; looked up at every call. */
  readonly open?: ReadonlyMap<string, OpenHandler>;
  /** Who keeps the tables; closed with the endpoint. @default the endpoint itself */
  readonly tables?: DynamoAccounts;
  /** Who keeps the objects; closed with the endpoint. @default the endpoint itself */
  readonly buckets?: S3Backend;
  /** Asked before every operation of DynamoDB and S3. @default everything signed is allowed */
  readonly authorize?: Authorize;
  /** Asked before every operation of DynamoDB that is allowed. @default nothing fails */
  readonly faults?: ServiceFaults;
  /** What hits signed calls. @default nothing */
  readonly callFaults?: CallFaults;
}

/** CloudFormation properties of a resource, resolved. */
export type TemplateProperties = Readonly<Record<string, unknown>>;

export interface AwsEndpoint {
  /** `http://HOST:PORT`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /**
   * Makes the table of an `AWS::DynamoDB::Table` or `GlobalTable`, or brings an existing one up to the properties: global indexes are
   * added, filled and removed, stream and TTL follow. It is in the account given, by default the stage's. Rejects with a `ValidationException` when its keys would change.
   */
  createTable(
    properties: TemplateProperties,
    names: { readonly tableName: string; readonly environment?: Environment },
  ): Promise<{ arn: string; streamArn?: string }>;
  /** Makes the bucket of an `AWS::S3::Bucket`, or gives an existing one its CORS rules. */
  createBucket(
    properties: TemplateProperties,
    names: { readonly bucketName: string; readonly environment?: Environment },
  ): Promise<{ arn: string }>;
  readonly streams: StreamSource;
  /** Ends connections and background work; data folders can be opened again afterwards. */
  close(): Promise<void>;
}

/** DynamoDB's own limit of a request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Properties of a bucket that change nothing here. */
const IGNORED_BUCKET_PROPERTIES = [
  'VersioningConfiguration',
  'LifecycleConfiguration',
  'NotificationConfiguration',
  'ReplicationConfiguration',
];

/** Starts the endpoint; resolves when it listens. Databases and buckets are opened on first use. */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { environment, credentials, clock, report, faults } = options;
  const authorize = options.authorize ?? allowAll;
  const verify = createVerifier(credentials, clock);
  const tables =
    options.tables ??
    createDynamoAccounts({
      environment,
      clock,
      report,
      authorize,
      folder: folderOf(options, 'tables'),
      ...(faults === undefined ? {} : { faults }),
      ...(options.callFaults && { board: options.callFaults.board }),
    });
  const buckets =
    options.buckets ?? createEmbeddedBuckets({ store: createBucketStore(folderOf(options, 'objects')), credentials, authorize });
  let opening: Promise<S3Service> | undefined;
  // Loaded at the first call: it is a third of the endpoint's code.
  const openS3 = (): Promise<S3Service> => {
    opening ??= import('./s3/service.js').then(({ createS3Service }) =>
      createS3Service({ environment, clock, report, authorize, verify, backend: buckets }),
    );
    return opening;
  };
  const openHandlerOf = (url: string): OpenHandler | undefined =>
    [...(options.open ?? [])].find(([pathPrefix]) => url.startsWith(pathPrefix))?.[1];
  const handlerOf = (service: string): WireHandler | undefined => (service === 'dynamodb' ? tables.handle : options.extra?.get(service));

  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    // SDK clients sign at the time that answers carry.
    response.setHeader('date', new Date(clock.now()).toUTCString());
    dispatch(request, response).catch((error: unknown) => {
      // A client that went away is no news.
      if (request.errored) return;
      report({ level: 'error', part: 'aws', message: `the AWS endpoint failed inside: ${String(error)}`, detail: { error } });
      response.destroy();
    });
  });
  // Longer than the SDK keeps idle connections, which would otherwise meet a closing socket now and then.
  server.keepAliveTimeout = 65_000;
  await listen(server, options.port, options.host ?? '127.0.0.1');

  async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const open = openHandlerOf(request.url!);
    if (open !== undefined) return writeAnswer(response, await answerOpen(request, { open, verify }));
    const service = serviceOf(request);
    if (service === 's3') return (await openS3())(request, response);
    const { callFaults } = options;
    const answer = await answerJson(request, { service, handler: handlerOf(service), verify, report, ...(callFaults && { callFaults }) });
    if (answer === 'cut') {
      request.socket.resetAndDestroy();
      return;
    }
    await writeAnswer(response, answer);
    request.resume();
  }

  return {
    url: `http://${hostOf(server)}`,
    createTable: (properties, names) => tables.createTable(properties, names.tableName, names.environment),
    async createBucket(properties, { bucketName, environment: owner = environment }) {
      if (!isBucketName(bucketName)) {
        throw new Error(
          `bucket name "${bucketName}": expected 3 to 63 of a-z, 0-9, "." and "-", beginning and ending with a letter or digit; set bucketName in the CDK app`,
        );
      }
      const cors = readCorsConfiguration(properties.CorsConfiguration);
      const ignored = IGNORED_BUCKET_PROPERTIES.filter((name) => properties[name] !== undefined);
      if (ignored.length > 0)
        report({ level: 'info', part: 's3', message: `bucket ${bucketName}: ${ignored.join(', ')} has no effect on the local stage` });
      await buckets.createBucket({ name: bucketName, createdAtMs: clock.now(), cors, accountId: owner.accountId });
      return { arn: `arn:${environment.partition}:s3:::${bucketName}` };
    },
    streams: tables.streams,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await tables.close();
      await buckets.close();
    },
  };
}

function folderOf({ dataDir }: AwsEndpointOptions, part: 'tables' | 'objects'): string | undefined {
  return dataDir === undefined ? undefined : join(dataDir, dataParts[part]);
}

async function writeAnswer(response: ServerResponse, { statusCode, headers, body }: WireResponse): Promise<void> {
  const whole = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : undefined;
  const length = whole === undefined ? {} : { 'content-length': String(whole.length) };
  response.writeHead(statusCode, { ...headers, ...length, 'x-amzn-requestid': randomUUID() });
  if (whole === undefined) await pipeline(Readable.from(body as AsyncIterable<Uint8Array>), response);
  else response.end(whole);
}

/** The service a request is for: by its scope, or for unsigned ones by the protocol it speaks. `''` is an unknown JSON service. */
function serviceOf(request: IncomingMessage): string {
  const reading = readSignature({ url: request.url ?? '/', headers: request.headers });
  if (reading.kind === 'signed') return reading.parts.service;
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target.startsWith('DynamoDB')) return 'dynamodb';
  return target !== '' || /^\/\d{4}-\d{2}-\d{2}\//.test(request.url ?? '') ? '' : 's3';
}

/** Lets a service answer that takes callers without a signature. Its body is cut at the limit of the endpoint; its own limit is lower. */
async function answerOpen(
  request: IncomingMessage,
  { open, verify }: { readonly open: OpenHandler; readonly verify: VerifySignature },
): Promise<WireResponse> {
  const body = (await readBody(request)) ?? Buffer.alloc(MAX_BODY_BYTES);
  const incoming = { method: request.method!, url: request.url!, headers: request.headers, body };
  return open({ ...incoming, signature: verify(incoming) });
}

interface JsonService {
  readonly service: string;
  readonly handler: WireHandler | undefined;
  readonly verify: VerifySignature;
  readonly report: Report;
  readonly callFaults?: CallFaults;
}

/** Verifies a request of a service whose bodies fit in memory, and lets its handler answer. `cut`: the caller gets no answer. */
async function answerJson(
  request: IncomingMessage,
  { service, handler, verify, report, callFaults }: JsonService,
): Promise<WireResponse | 'cut'> {
  const fail = failureOf(service, request.headers['content-type']);
  const body = await readBody(request);
  if (!body) return fail.error('RequestEntityTooLargeException', `the body is longer than ${MAX_BODY_BYTES} bytes`, 413);
  const incoming = { method: request.method!, url: request.url!, headers: request.headers, body };
  const verified = verify(incoming);
  if (!verified.ok) return fail.signature(verified);
  if (!handler) {
    report({
      level: 'warn',
      part: 'aws',
      message: `a call of the service "${service}" is not implemented by the local stage (${request.method} ${request.url})`,
    });
    return fail.error('UnknownOperationException', `the local stage has no service "${service}"`, 501);
  }
  try {
    const call = { ...incoming, principal: verified.principal, region: verified.region };
    if (callFaults === undefined) return await handler(call);
    return await callWithFaults(callFaults, { service, call, fail, socket: request.socket, run: () => handler(call) });
  } catch (error) {
    report({
      level: 'error',
      part: service,
      message: `${service} failed inside: ${error instanceof Error ? error.message : String(error)}`,
      detail: { error },
    });
    return fail.error('InternalServerError', 'The request processing has failed because of an unknown error, exception or failure.', 500);
  }
}

/** The body, `undefined` when it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(pieces) : undefined;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`port ${port} is in use, expected a free one for the AWS endpoint; stop what listens there or choose another port`, {
              cause: error,
            })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

function hostOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
