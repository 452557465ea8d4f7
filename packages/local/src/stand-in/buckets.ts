/**
 * Buckets whose objects another endpoint keeps. Signatures, presigned ones too, rights and CORS are the stage's: it answers preflights by the
 * template's rules. Bodies stream through both ways.
 */
import type { S3Backend } from '../services/s3/backend.js';
import type { S3Request, S3Result } from '../services/s3/call.js';
import type { CorsRule } from '../services/s3/cors.js';
import { missingKey } from '../services/s3/missing-key.js';
import { postObject } from '../services/s3/post-object.js';
import type { StandInAnswer } from './client.js';
import { deleteObjects } from './delete-objects.js';
import type { StandIn } from './open.js';
import type { StandInParts } from './parts.js';
import { readAnswer } from './read-answer.js';
import { toStandInRequest } from './s3-request.js';
import { storeForm } from './store-form.js';

/** Of an answer: its connection, and what the stage says itself. */
const droppedHeaders = /^(?:access-control-.*|connection|date|keep-alive|server|transfer-encoding|vary|x-amz-id-2|x-amz-request-id)$/;

export function createStandInBuckets({ standIn, credentials, authorize }: StandInParts): S3Backend {
  const { client, origin } = standIn;
  const cors = new Map<string, readonly CorsRule[]>();
  return {
    open: async () => undefined,
    corsRules: (bucketName) => cors.get(bucketName) ?? [],
    async createBucket({ name, cors: rules }) {
      cors.set(name, rules);
      await ensureBucket(standIn, name);
    },
    async run(request) {
      const deletes = request.method === 'POST' && request.key === '' && request.query.has('delete');
      return deletes ? deleteObjects(client, request) : toResult(await client.send(toStandInRequest(request)), { request, origin });
    },
    postForm: (request) =>
      postObject(request, { credentials, authorize, store: (upload) => storeForm(client, request.bucketName, upload) }),
    close: async () => undefined,
  };
}

async function toResult(
  answer: StandInAnswer,
  { request, origin }: { readonly request: S3Request; readonly origin: string },
): Promise<S3Result> {
  const statusCode = answer.statusCode!;
  const headers = Object.fromEntries(
    Object.entries(answer.headers).flatMap(([name, value]) => (droppedHeaders.test(name) ? [] : [[name, String(value)]])),
  );
  const readsObject = request.key !== '' && (request.method === 'GET' || request.method === 'HEAD');
  if (statusCode === 404 && readsObject && !request.query.has('uploadId')) {
    answer.resume();
    throw missingKey(request);
  }
  if (request.method === 'HEAD' || statusCode === 204 || statusCode === 304) {
    answer.resume();
    return { statusCode, headers };
  }
  if (request.method !== 'POST') return { statusCode, headers, body: answer };
  // The document of a completed upload says where the object is.
  const { 'content-length': _length, ...others } = headers;
  return { statusCode, headers: others, body: (await readAnswer(answer)).toString('utf8').replaceAll(origin, request.origin) };
}

/** Keeps one that is there. @throws Error when it cannot be made */
async function ensureBucket({ client, region }: StandIn, bucketName: string): Promise<void> {
  const found = await client.send({ service: 's3', method: 'HEAD', url: `/${bucketName}`, headers: emptyBody, payloadHash: emptyHash });
  found.resume();
  if (found.statusCode === 200) return;
  const place = region === 'us-east-1' ? '' : `<LocationConstraint>${region}</LocationConstraint>`;
  const body =
    place === '' ? '' : `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${place}</CreateBucketConfiguration>`;
  const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const made = await client.send({ service: 's3', method: 'PUT', url: `/${bucketName}`, headers, payloadHash: 'UNSIGNED-PAYLOAD', body });
  const text = (await readAnswer(made)).toString('utf8');
  if (made.statusCode !== 200 && !text.includes('BucketAlreadyOwnedByYou')) {
    throw new Error(`bucket ${bucketName} cannot be made at the endpoint that stands in: got ${made.statusCode} ${text.slice(0, 500)}`);
  }
}

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const emptyBody = { 'x-amz-content-sha256': emptyHash };
