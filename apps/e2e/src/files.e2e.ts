/** S3, through the files service: browsers send files straight to the bucket, and the signature says what it takes. */

import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { createGatewayClient, type Fetch, isGatewayError } from '@org/gateway-client';
import { type ResumeToken, uploader } from '@org/gateway-client/files';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { type OwnStage, startOwnStage } from './own-stage.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, local } = inject('stage');
const { files } = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

const TEXT = 'Hello, bucket! 🦊\n';
const BYTES = Buffer.from(TEXT);
const PART_BYTES = 8 * 1_048_576;
/** No code for what S3 answers: its XML says it in words. */
const codeOf = async (response: Response) => /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const put = ({ url, headers }: Signed, body: Uint8Array, more: Readonly<Record<string, string>> = {}) =>
  fetch(url, { method: 'PUT', headers: { ...headers, ...more }, body: body as Uint8Array<ArrayBuffer> });
const textFile = () => ({ name: `${freshName('file')}.txt`, contentType: 'text/plain' });
const upload = (sha?: string) => files.upload.mutate({ ...textFile(), bytes: BYTES.length, ...(sha === undefined ? {} : { sha256: sha }) });
const form = async (fields: Readonly<Record<string, string>>, url: string, body: Uint8Array, contentType = 'text/plain') => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new Blob([body as Uint8Array<ArrayBuffer>], { type: contentType }));
  return fetch(url, { method: 'POST', body: data });
};
const listed = async (key: string) => (await files.list.query({ limit: 100 })).items.some((item) => item.key === key);

describe('a file that is PUT to a signed URL', () => {
  it('is there once it was sent and said to be, and comes back by a signed URL', async () => {
    const signed = await upload(sha256(BYTES));
    await expect(files.uploaded.mutate({ key: signed.key })).rejects.toMatchObject({ code: 'NOT_FOUND', data: { key: signed.key } });
    expect((await put(signed, BYTES)).status).toBe(200);
    const file = await files.uploaded.mutate({ key: signed.key });
    expect(file).toMatchObject({ key: signed.key, contentType: 'text/plain', bytes: BYTES.length });
    expect(await listed(signed.key)).toBe(true);
    const { url } = await files.get.query({ key: signed.key });
    const download = await fetch(url);
    expect([await download.text(), download.headers.get('content-disposition')]).toEqual([TEXT, expect.stringContaining(file.name)]);
  });

  it.each([
    ['another type', async (signed: Signed) => put(signed, BYTES, { 'content-type': 'text/html' }), 403, 'SignatureDoesNotMatch'],
    ['another size', async (signed: Signed) => put(signed, Buffer.from(`${TEXT}more`)), 403, 'SignatureDoesNotMatch'],
    ['another key', async ({ url, headers }: Signed) => put({ url: url.replace('?', 'x?'), headers }, BYTES), 403, 'SignatureDoesNotMatch'],
    [
      'a longer life',
      async ({ url, headers }: Signed) => put({ url: url.replace('X-Amz-Expires=600', 'X-Amz-Expires=6000'), headers }, BYTES),
      403,
      'SignatureDoesNotMatch',
    ],
  ])('is refused with %s than was signed, and not there', async (_what, send, status, code) => {
    const signed = await upload();
    const response = await send(signed);
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    await expect(files.uploaded.mutate({ key: signed.key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listed(signed.key)).toBe(false);
  });

  it('is refused when its content has another checksum', async () => {
    const signed = await upload(sha256(BYTES));
    const response = await put(signed, Buffer.from(TEXT.replace('H', 'J')));
    expect([response.status, await codeOf(response)]).toEqual([400, expect.stringMatching(/^(BadDigest|XAmzContentChecksumMismatch)$/)]);
    await expect(files.get.query({ key: signed.key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a file that is POSTed with a signed form', () => {
  const begin = (maxBytes: number) => files.form.mutate({ ...textFile(), maxBytes });

  it('may have any size up to the limit', async () => {
    const { key, url, fields } = await begin(1_000);
    expect((await form(fields, url, BYTES)).status).toBe(204);
    expect(await files.uploaded.mutate({ key })).toMatchObject({ bytes: BYTES.length, contentType: 'text/plain' });
  });

  it('is refused above the limit', async () => {
    const { key, url, fields } = await begin(BYTES.length - 1);
    const response = await form(fields, url, BYTES);
    expect([response.status, await codeOf(response)]).toEqual([400, 'EntityTooLarge']);
    await expect(files.uploaded.mutate({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is refused with another type', async () => {
    const { url, fields } = await begin(1_000);
    const response = await form({ ...fields, 'Content-Type': 'text/html' }, url, BYTES);
    expect([response.status, await codeOf(response)]).toEqual([403, 'AccessDenied']);
  });
});

describe('a file in parts', () => {
  const begin = (bytes: number) => files.beginUpload.mutate({ ...textFile(), bytes });
  const sign = async (key: string, ...part: number[]) => (await files.signParts.query({ key, part })).parts;

  it('is resumed where it stopped, is no file before it is complete, and then whole', async () => {
    const content = Buffer.concat([randomBytes(PART_BYTES), BYTES]);
    const { key, partBytes, parts } = await begin(content.length);
    expect([partBytes, parts]).toEqual([PART_BYTES, 2]);
    const [first, last] = await sign(key, 1, 2);
    expect([first?.bytes, last?.bytes]).toEqual([PART_BYTES, BYTES.length]);
    expect((await put(last as Signed, BYTES)).status).toBe(200);
    expect(await files.listParts.query({ key })).toMatchObject({ arrived: [2], missing: [1] });
    await expect(files.completeUpload.mutate({ key })).rejects.toMatchObject({ error: 'PARTS_MISSING', data: { key, missing: [1] } });
    await expect(files.get.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listed(key)).toBe(false);

    expect((await put(first as Signed, content.subarray(0, PART_BYTES))).status).toBe(200);
    expect(await files.completeUpload.mutate({ key })).toMatchObject({ key, bytes: content.length });
    // Its answer may have been lost.
    expect(await files.completeUpload.mutate({ key })).toMatchObject({ key, bytes: content.length });
    const tail = await files.content.query({ key, from: PART_BYTES - 2 });
    expect(Buffer.from(tail.content, 'base64')).toEqual(content.subarray(PART_BYTES - 2));
    await files.remove.mutate({ key });
  });

  it('is gone once it was given up', async () => {
    const { key } = await begin(BYTES.length);
    const [only] = await sign(key, 1);
    expect((await put(only as Signed, BYTES)).status).toBe(200);
    await files.abortUpload.mutate({ key });
    await expect(files.listParts.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(files.completeUpload.mutate({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(files.get.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const late = await put(only as Signed, BYTES);
    expect([late.status, await codeOf(late)]).toEqual([404, 'NoSuchUpload']);
  });

  it('takes no part that is larger than was signed, and signs none that is not planned', async () => {
    const { key } = await begin(BYTES.length);
    const [only] = await sign(key, 1);
    expect((await put(only as Signed, Buffer.concat([BYTES, BYTES]))).status).toBe(403);
    await expect(sign(key, 2)).rejects.toMatchObject({ code: 'BAD_REQUEST', error: 'NO_SUCH_PART', data: { key, parts: 1 } });
    await files.remove.mutate({ key });
    await expect(files.listParts.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a file that is uploaded with the client', () => {
  /** Pauses are over at once. */
  const clock = {
    now: Date.now,
    after: (_delayMs: number, run: () => unknown) => {
      queueMicrotask(run);
      return () => undefined;
    },
  };
  const contentOf = async (key: string) => {
    const { url } = await files.get.query({ key });
    return Buffer.from(await (await fetch(url)).arrayBuffer());
  };
  const isPart = (url: string, part: number) => new URL(url).searchParams.get('partNumber') === `${part}`;

  it('goes in one request, and its content cannot be changed on the way', async () => {
    const upload = uploader(files, { clock });
    const about = textFile();
    const file = await upload(BYTES, about);
    expect(file).toMatchObject({ ...about, bytes: BYTES.length });
    expect(await contentOf(file.key)).toEqual(BYTES);
    const changing: Fetch = (url, init) => fetch(url, { ...init, body: Buffer.from(TEXT.replace('H', 'J')) });
    const failure = await uploader(files, { clock, fetch: changing })(BYTES, about).catch((cause: unknown) => cause);
    expect(isGatewayError(failure, upload, 'CHECKSUM_MISMATCH')).toBe(true);
  });

  it('survives a connection that breaks in the middle of a part', async () => {
    const content = Buffer.concat([randomBytes(PART_BYTES), BYTES]);
    const broken: string[] = [];
    const breaking: Fetch = async (url, init) => {
      if (broken.length > 0 || !isPart(url, 1)) return fetch(url, init);
      broken.push(url);
      return breakHalfway(url, init);
    };
    const stream = new Blob([content]).stream();
    const file = await uploader(files, { clock, fetch: breaking })(stream, { ...textFile(), bytes: content.length });
    expect(broken.length).toBe(1);
    expect((await contentOf(file.key)).equals(content)).toBe(true);
  });

  it('is interrupted when the connection keeps breaking, and another program goes on with the parts that are missing', async () => {
    const content = Buffer.concat([randomBytes(PART_BYTES), BYTES]);
    let first: Promise<Response> | undefined;
    const breaking: Fetch = async (url, init) => {
      if (isPart(url, 1)) {
        first = fetch(url, init);
        return (await first).clone();
      }
      await eventually(async () => (await first)?.ok);
      return breakHalfway(url, init);
    };
    const upload = uploader(files, { clock, fetch: breaking });
    const failure = await upload(new Blob([content]), textFile()).catch((cause: unknown) => cause);
    if (!isGatewayError(failure, upload, 'INTERRUPTED')) throw failure;
    const resumeFrom = failure.data.resumeFrom as ResumeToken;
    expect(await files.listParts.query(resumeFrom)).toMatchObject({ arrived: [1], missing: [2] });
    const sent: string[] = [];
    const other = uploader(files, {
      fetch: (url, init) => {
        sent.push(new URL(url).searchParams.get('partNumber') as string);
        return fetch(url, init);
      },
    });
    const file = await other(new Blob([content]), { resumeFrom });
    expect(sent).toEqual(['2']);
    expect((await contentOf(file.key)).equals(content)).toBe(true);
  });

  it('leaves nothing behind when it is aborted', async () => {
    const stop = new AbortController();
    const upload = uploader(files);
    let key = '';
    const failure = await upload(new Blob([randomBytes(PART_BYTES)]), {
      ...textFile(),
      signal: stop.signal,
      onProgress: ({ resumeFrom }) => {
        key = resumeFrom?.key ?? key;
        stop.abort();
      },
    }).catch((cause: unknown) => cause);
    expect(isGatewayError(failure, upload, 'ABORTED')).toBe(true);
    await expect(files.listParts.query({ key })).rejects.toMatchObject({ error: 'NOT_FOUND' });
  });

  it('is refused by the gateway when it is too large, before anything of it is sent', async () => {
    const sent: string[] = [];
    const upload = uploader(files, {
      fetch: (url, init) => {
        sent.push(url);
        return fetch(url, init);
      },
    });
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(BYTES) });
    const failure = await upload(endless, { ...textFile(), bytes: 5_000_000_001 }).catch((cause: unknown) => cause);
    expect(isGatewayError(failure, upload, 'TOO_LARGE') && failure.data).toEqual({ bytes: 5_000_000_001 });
    expect(sent).toEqual([]);
  });
});

/** Sends half of a body and then breaks the connection. */
function breakHalfway(url: string, { headers, body }: RequestInit): Promise<never> {
  const bytes = body as Uint8Array;
  return new Promise((_, reject) => {
    const own = { ...(headers as Readonly<Record<string, string>>), 'content-length': `${bytes.length}` };
    const request = httpRequest(url, { method: 'PUT', headers: own }).on('error', reject);
    request.write(bytes.subarray(0, bytes.length >> 1), () => request.destroy(new Error('the connection is broken')));
  });
}

describe('a file in the bucket', () => {
  const store = () => files.put.mutate({ ...textFile(), content: BYTES.toString('base64') });

  it('is read in ranges', async () => {
    const { key } = await store();
    const range = await files.content.query({ key, from: 7, to: 12 });
    expect(range).toEqual({
      contentType: 'text/plain',
      bytes: BYTES.length,
      from: 7,
      to: 12,
      content: Buffer.from('bucket').toString('base64'),
    });
    await expect(files.content.query({ key, from: BYTES.length })).rejects.toMatchObject({
      error: 'OUT_OF_RANGE',
      data: { key, bytes: BYTES.length },
    });
  });

  it('is counted and listed until it is removed', async () => {
    const before = await files.usage.query();
    const { key } = await store();
    expect(await listed(key)).toBe(true);
    expect(await files.usage.query()).toEqual({ complete: true, files: before.files + 1, bytes: before.bytes + BYTES.length });
    await files.remove.mutate({ key });
    expect(await files.usage.query()).toEqual(before);
    expect(await listed(key)).toBe(false);
    await expect(files.get.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404, data: { key } });
    await expect(files.content.query({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(files.remove.mutate({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe.runIf(local)('signed URLs and forgotten uploads (a stage of its own: its time moves)', () => {
  let own: OwnStage;
  beforeAll(async () => {
    own = await startOwnStage();
  });
  afterAll(() => own?.close());

  it('end after ten minutes', async () => {
    const signed = await own.gateway.files.upload.mutate({ ...textFile(), bytes: BYTES.length });
    const { url, fields } = await own.gateway.files.form.mutate({ ...textFile(), maxBytes: 1_000 });
    expect(signed.expiresAtMs - own.now()).toBeLessThanOrEqual(600_000);
    own.skip(601_000);
    const response = await put(signed, BYTES);
    expect([response.status, await codeOf(response)]).toEqual([403, 'AccessDenied']);
    const posted = await form(fields, url, BYTES);
    expect([posted.status, await codeOf(posted)]).toEqual([403, 'AccessDenied']);
  });

  it('leave no record behind after a day, nor parts after a week', async () => {
    const { files: its } = own.gateway;
    const { key } = await its.upload.mutate({ ...textFile(), bytes: BYTES.length });
    const { key: partsKey } = await its.beginUpload.mutate({ ...textFile(), bytes: BYTES.length });
    own.skip(8 * 86_400_000);
    expect((await its.list.query({})).items).toEqual([]);
    await expect(its.remove.mutate({ key })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(its.remove.mutate({ key: partsKey })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
