import { request as httpRequest } from 'node:http';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { environment, onCleanup, roleKeys, startFixture } from '../fixture.test.support.js';

const Bucket = 'files';

async function startWithObject() {
  const fixture = await startFixture();
  await fixture.endpoint.createBucket({}, { bucketName: Bucket });
  await fixture.s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü.txt', Body: 'hello', ContentType: 'text/plain' }));
  return fixture;
}

const code = (xml: string): string | undefined => /<Code>(.*)<\/Code>/.exec(xml)?.[1];
const message = (xml: string): string | undefined => /<Message>(.*)<\/Message>/.exec(xml)?.[1];

/** One request as it is, for what `fetch` would repair. */
function raw(
  url: string,
  options: { readonly method: string; readonly path: string; readonly headers?: Record<string, string>; readonly body?: string },
) {
  return new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const { body, ...rest } = options;
    const call = httpRequest({ hostname, port, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('presigned URLs', () => {
  it('let anyone read and look for as long as they hold', async () => {
    const { s3, clock } = await startWithObject();
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }), { expiresIn: 60 });
    const head = await getSignedUrl(s3, new HeadObjectCommand({ Bucket, Key: 'a b/ü.txt' }), { expiresIn: 60 });
    expect(await (await fetch(get)).text()).toBe('hello');
    const looked = await fetch(head, { method: 'HEAD' });
    expect([looked.status, looked.headers.get('content-length'), looked.headers.get('content-type')]).toEqual([200, '5', 'text/plain']);
    clock.advance(62_000);
    const late = await fetch(get);
    const body = await late.text();
    expect([late.status, code(body), message(body)]).toEqual([403, 'AccessDenied', 'Request has expired']);
  });

  it('carry response headers of their own', async () => {
    const { s3 } = await startWithObject();
    const command = new GetObjectCommand({
      Bucket,
      Key: 'a b/ü.txt',
      ResponseContentType: 'text/x-log',
      ResponseContentDisposition: 'attachment; filename="ü.txt"',
    });
    const response = await fetch(await getSignedUrl(s3, command, { expiresIn: 60 }));
    expect(response.headers.get('content-type')).toBe('text/x-log');
    expect(Buffer.from(response.headers.get('content-disposition')!, 'latin1').toString()).toContain('filename=');
  });

  it('upload with the metadata they were signed with', async () => {
    const { s3 } = await startWithObject();
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'new', Metadata: { owner: 'me' } }), { expiresIn: 60 });
    expect((await fetch(put, { method: 'PUT', body: 'content' })).status).toBe(200);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'new' }));
    expect([await got.Body!.transformToString(), got.Metadata]).toEqual(['content', { owner: 'me' }]);
  });

  it('hold the uploader to the signed content type and length', async () => {
    const { s3 } = await startWithObject();
    const command = new PutObjectCommand({ Bucket, Key: 'typed', ContentType: 'image/png', ContentLength: 4 });
    const url = await getSignedUrl(s3, command, { expiresIn: 60, signableHeaders: new Set(['content-type', 'content-length']) });
    const put = (headers: Record<string, string>, body: string) => fetch(url, { method: 'PUT', headers, body });
    expect(code(await (await put({ 'content-type': 'text/html' }, '<b>!')).text())).toBe('SignatureDoesNotMatch');
    expect(code(await (await put({ 'content-type': 'image/png' }, 'longer')).text())).toBe('SignatureDoesNotMatch');
    expect((await put({ 'content-type': 'image/png' }, '1234')).status).toBe(200);
  });

  it('are refused when anything in them was changed', async () => {
    const { s3 } = await startWithObject();
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }), { expiresIn: 60 });
    for (const changed of [
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
      url.replace('/a%20b/', '/other/'),
      `${url}&response-content-type=text/html`,
    ]) {
      const response = await fetch(changed);
      expect([response.status, code(await response.text())]).toEqual([403, 'SignatureDoesNotMatch']);
    }
    expect(code(await (await fetch(url, { method: 'PUT', body: 'x' })).text())).toBe('SignatureDoesNotMatch');
    expect(code(await (await fetch(url, { headers: { 'x-amz-meta-a': '1' } })).text())).toBe('AccessDenied');
    expect(code(await (await fetch(url.replace(/&X-Amz-Signature=[^&]*/, ''))).text())).toBe('AuthorizationQueryParametersError');
  });

  it('carry the session token of a role and fail without it', async () => {
    const { endpoint } = await startWithObject();
    const s3 = new S3Client({ endpoint: endpoint.url, region: environment.region, credentials: roleKeys });
    onCleanup(() => s3.destroy());
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }), { expiresIn: 60 });
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/X-Amz-Security-Token=[^&]*&/, ''))).status).toBe(403);
  });
});

describe('S3 requests that are wrong', () => {
  it('answers anonymous requests with AccessDenied in XML, with a request id', async () => {
    const { endpoint } = await startWithObject();
    const response = await fetch(`${endpoint.url}/files/a`);
    const body = await response.text();
    expect([response.status, response.headers.get('content-type'), code(body)]).toEqual([403, 'application/xml', 'AccessDenied']);
    expect(body).toContain(`<RequestId>${response.headers.get('x-amz-request-id')}</RequestId>`);
    expect(body).toContain('<Resource>/files/a</Resource>');
  });

  it('names keys it does not know and secrets that are wrong', async () => {
    const { endpoint } = await startWithObject();
    const attempt = async (credentials: { accessKeyId: string; secretAccessKey: string }) => {
      const s3 = new S3Client({ endpoint: endpoint.url, region: environment.region, credentials, maxAttempts: 1 });
      onCleanup(() => s3.destroy());
      return s3.send(new GetObjectCommand({ Bucket, Key: 'a' })).catch((error: Error) => error.name);
    };
    expect(await attempt({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' })).toBe('InvalidAccessKeyId');
    expect(await attempt({ accessKeyId: 'AKIAOPERATOR00000001', secretAccessKey: 'wrong' })).toBe('SignatureDoesNotMatch');
  });

  it('says NotImplemented for sub-resources it does not have, and leaves a line in the journal', async () => {
    const { s3, endpoint, reports } = await startWithObject();
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a', VersionId: 'v1' }), { expiresIn: 60 });
    const response = await fetch(url);
    expect([response.status, code(await response.text())]).toEqual([501, 'NotImplemented']);
    expect(reports).toMatchObject([{ level: 'warn', part: 's3', message: 'GET with ?versionId is not implemented by the local stage' }]);
    expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('refuses a body whose hash is not the signed one', async () => {
    const { endpoint, s3 } = await startWithObject();
    const captured: { path: string; headers: Record<string, string> }[] = [];
    s3.middlewareStack.add(
      (next) => async (args) => {
        const { path, headers } = args.request as { path: string; headers: Record<string, string> };
        captured.push({ path, headers });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'signed', Body: 'right' }));
    const { path, headers } = captured[0]!;
    const replayed = await raw(endpoint.url, { method: 'PUT', path: `${path}?x-id=PutObject`, headers, body: 'wrong' });
    expect([replayed.status, code(replayed.body)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'signed' }))).Body!.transformToString()).toBe('right');
  });

  it('survives paths that are not paths', async () => {
    const { endpoint } = await startWithObject();
    for (const path of ['//', '/%', '/files/%zz?%', '/files/../../x', `/${'x'.repeat(3000)}`]) {
      expect((await raw(endpoint.url, { method: 'GET', path })).status).toBe(403);
    }
    expect((await raw(endpoint.url, { method: 'PATCH', path: '/files/a' })).status).toBe(403);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const { endpoint, s3 } = await startWithObject();
    const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'cut' }), { expiresIn: 60 }));
    await new Promise<void>((resolve) => {
      const call = httpRequest({
        hostname: url.hostname,
        port: url.port,
        path: url.pathname + url.search,
        method: 'PUT',
        headers: { 'content-length': '1000' },
      });
      call.on('error', () => resolve());
      call.on('close', () => resolve());
      call.write('half', () => call.destroy());
    });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'cut' }))).rejects.toMatchObject({ name: 'NotFound' });
    expect(endpoint.url).toBeDefined();
  });
});
