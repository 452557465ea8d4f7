import { GatewayError } from '@org/gateway-core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../clock.js';
import { isGatewayError } from '../is-gateway-error.js';
import { type MemoryUploads, memoryUploads } from './memory-uploads.fixture.js';
import type { UploaderOptions, UploadProgress } from './upload-options.js';
import { uploader } from './uploader.js';

const PART = 2 * 1_048_576;
const SMALL = new File(['hello from Node'], 'hello.txt', { type: 'text/plain;charset=utf-8' });
/** Three parts, and the last has the rest. */
const content = (fill = 7) =>
  Buffer.concat([Buffer.alloc(PART, fill), Buffer.alloc(PART, fill + 1), Buffer.alloc(PART, fill + 2)]).subarray(0, 3 * PART - 5);
const LARGE = () => new File([content()], 'film.mp4', { type: 'video/mp4' });

let bucket: MemoryUploads;
let pauses: number[];
/** Pauses are over at once. */
const clock: Clock = {
  now: () => 0,
  after: (delayMs, run) => {
    pauses.push(delayMs);
    queueMicrotask(run);
    return () => undefined;
  },
};
beforeEach(async () => {
  bucket = await memoryUploads();
  pauses = [];
});
afterEach(() => bucket.close());

const make = (options: UploaderOptions = {}) => uploader(bucket.service, { clock, random: () => 0.5, ...options });
const failureOf = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (failure: unknown) => failure,
  );

describe('a small file', () => {
  it('goes in one request, with its type, size and checksum', async () => {
    const progress: UploadProgress[] = [];
    const file = await make()(SMALL, { onProgress: (each) => progress.push(each) });
    expect(file).toEqual({ key: 'k1', name: 'hello.txt', contentType: 'text/plain', bytes: 15, uploadedAtMs: 1_700_000_000_123 });
    expect(bucket.files.get('k1')?.toString()).toBe('hello from Node');
    expect(bucket.calls).toEqual(['upload', 'uploaded']);
    expect(progress).toEqual([
      { sentBytes: 0, totalBytes: 15, resumeFrom: undefined },
      { sentBytes: 15, totalBytes: 15, resumeFrom: undefined },
    ]);
  });

  it('is sent again after a connection that broke, to the same place, after pauses that grow', async () => {
    bucket.treat(() => (bucket.puts.length < 3 ? 'reset' : 'take'));
    await make()(SMALL);
    expect(bucket.puts).toEqual(['/k1', '/k1', '/k1']);
    expect(pauses).toEqual([300, 600]);
  });

  it('is INTERRUPTED when the connection keeps breaking, and begins anew then', async () => {
    bucket.treat(() => 'reset');
    const upload = make();
    const failure = await failureOf(upload(SMALL));
    expect(isGatewayError(failure, upload, 'INTERRUPTED') && failure.data).toEqual({ resumeFrom: undefined });
    expect(failure).toMatchObject({ code: 'NETWORK_ERROR', path: 'files.upload' });
    expect(bucket.puts.length).toBe(4);
  });

  it('is CHECKSUM_MISMATCH when it arrives as something else each time', async () => {
    bucket.treat(() => 'corrupt');
    const upload = make();
    const failure = await failureOf(upload(SMALL));
    expect(isGatewayError(failure, upload, 'CHECKSUM_MISMATCH')).toBe(true);
    expect(bucket.files.size).toBe(0);
  });

  it('is REFUSED, and not sent again, when the bucket does not take it', async () => {
    bucket.treat(() => 400);
    const upload = make();
    const failure = await failureOf(upload(SMALL));
    expect(isGatewayError(failure, upload, 'REFUSED') && failure.data).toMatchObject({ status: 400, reason: 'AccessDenied' });
    expect(bucket.puts.length).toBe(1);
  });
});

describe('a large file', () => {
  it('goes in parts and is there once it is complete', async () => {
    const progress: UploadProgress[] = [];
    const file = await make()(LARGE(), { onProgress: (each) => progress.push(each) });
    expect(file).toMatchObject({ name: 'film.mp4', contentType: 'video/mp4', bytes: 3 * PART - 5 });
    expect(bucket.files.get('k1')?.equals(content())).toBe(true);
    expect(bucket.puts.sort()).toEqual(['/k1/1', '/k1/2', '/k1/3']);
    expect(progress[0]).toEqual({ sentBytes: 0, totalBytes: 6_291_451, resumeFrom: { key: 'k1' } });
    expect(progress.at(-1)).toEqual({ sentBytes: 6_291_451, totalBytes: 6_291_451, resumeFrom: { key: 'k1' } });
  });

  it('sends a part again whose connection broke, signed anew', async () => {
    bucket.treat((path) => (path === '/k1/2' && bucket.puts.filter((put) => put === path).length < 3 ? 'reset' : 'take'));
    await make()(LARGE());
    expect(bucket.calls.filter((call) => call === 'signParts').length).toBe(5);
    expect(pauses).toEqual([300, 600]);
  });

  it('is INTERRUPTED with a token, and goes on with the parts that are missing', async () => {
    bucket.treat((path) => (path.endsWith('/2') ? 'reset' : 'take'));
    const upload = make({ concurrency: 1 });
    const failure = await failureOf(upload(LARGE()));
    if (!isGatewayError(failure, upload, 'INTERRUPTED')) throw failure;
    expect(failure.data).toEqual({ resumeFrom: { key: 'k1' } });
    bucket.treat(() => 'take');
    bucket.puts.length = 0;
    const progress: number[] = [];
    const { resumeFrom } = failure.data;
    const file = await make()(LARGE(), { resumeFrom, onProgress: ({ sentBytes }) => progress.push(sentBytes) });
    expect(file.bytes).toBe(3 * PART - 5);
    expect(bucket.puts.sort()).toEqual(['/k1/2', '/k1/3']);
    expect(progress.at(-1)).toBe(3 * PART - 5);
    expect(bucket.files.get('k1')?.equals(content())).toBe(true);
  });

  it('sends parts again that arrived with other content than the file has now', async () => {
    bucket.treat((path) => (path.endsWith('/3') ? 'reset' : 'take'));
    await failureOf(make({ concurrency: 1 })(LARGE()));
    bucket.treat(() => 'take');
    const changed = Buffer.concat([content().subarray(0, PART), content(90).subarray(PART)]);
    bucket.puts.length = 0;
    await make()(new Blob([changed]), { resumeFrom: { key: 'k1' } });
    expect(bucket.puts.sort()).toEqual(['/k1/2', '/k1/3']);
    expect(bucket.files.get('k1')?.equals(changed)).toBe(true);
  });

  it('does not go on with a file of another size', async () => {
    bucket.treat(() => 'reset');
    await failureOf(make()(LARGE()));
    bucket.treat(() => 'take');
    await expect(make()(new Blob([content().subarray(9)]), { resumeFrom: { key: 'k1' } })).rejects.toThrow(
      'part 3 has 2097138 bytes, and 2097147 in the upload: go on with the file it was begun with',
    );
  });

  it('is answered when it was completed and the answer was lost', async () => {
    await make()(LARGE());
    expect(await make()(LARGE(), { resumeFrom: { key: 'k1' } })).toMatchObject({ key: 'k1', bytes: 3 * PART - 5 });
    expect(bucket.puts.length).toBe(3);
  });

  it('is GONE when there is nothing to go on with', async () => {
    const upload = make();
    const failure = await failureOf(upload(LARGE(), { resumeFrom: { key: 'k9' } }));
    expect(isGatewayError(failure, upload, 'GONE') && failure.data).toEqual({ key: 'k9' });
  });

  it('survives a gateway that is busy for a moment, and is INTERRUPTED by one that stays so', async () => {
    const busy = (times: number) => {
      let count = 0;
      bucket.before((procedure) => {
        if (procedure !== 'completeUpload') return;
        count += 1;
        if (count <= times) throw new GatewayError('SERVICE_UNAVAILABLE', 'busy');
      });
    };
    busy(2);
    expect(await make()(LARGE())).toMatchObject({ key: 'k1' });
    busy(4);
    expect(await failureOf(make()(LARGE()))).toMatchObject({ error: 'INTERRUPTED', data: { resumeFrom: { key: 'k2' } } });
  });
});

describe('an upload that is aborted', () => {
  it('is ABORTED, and what arrived is removed', async () => {
    const stop = new AbortController();
    const upload = make({ concurrency: 1 });
    const failure = await failureOf(
      upload(LARGE(), { signal: stop.signal, onProgress: ({ sentBytes }) => sentBytes > PART && stop.abort(new Error('enough')) }),
    );
    expect(isGatewayError(failure, upload, 'ABORTED')).toBe(true);
    expect(failure).toMatchObject({ code: 'CLIENT_CLOSED_REQUEST', cause: new Error('enough') });
    expect([bucket.puts, bucket.parts.size, bucket.calls.at(-1)]).toEqual([['/k1/1', '/k1/2'], 0, 'abortUpload']);
  });

  it('of one request is removed too', async () => {
    const stop = new AbortController();
    const failure = await failureOf(make()(SMALL, { signal: stop.signal, onProgress: () => stop.abort() }));
    expect(failure).toMatchObject({ error: 'ABORTED' });
    expect(bucket.calls).toEqual(['upload', 'abortUpload']);
  });

  it('lets go of its stream', async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(PART)),
      cancel: () => {
        isCancelled = true;
      },
    });
    bucket.treat(() => 400);
    await expect(make()(stream, { bytes: 4 * PART })).rejects.toMatchObject({
      error: 'REFUSED',
      data: { status: 400, reason: 'AccessDenied' },
    });
    expect(isCancelled).toBe(true);
  });

  it('before it began asks nobody', async () => {
    await expect(make()(LARGE(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ error: 'ABORTED' });
    expect(bucket.calls).toEqual([]);
  });
});

describe('limits', () => {
  const limits = { accept: ['image/*', 'text/plain'], maxBytes: 10 };

  it('refuse a file that is too large before anybody is asked', async () => {
    const upload = make({ limits });
    const failure = await failureOf(upload(SMALL));
    expect(isGatewayError(failure, upload, 'TOO_LARGE') && failure.data).toEqual({ bytes: 15, maxBytes: 10 });
    expect(failure).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: '[PAYLOAD_TOO_LARGE] files.upload got a file of 15 bytes, expected at most 10',
    });
    expect(bucket.calls).toEqual([]);
  });

  it('refuse a file of another type, and take one of a group', async () => {
    const upload = make({ limits });
    const failure = await failureOf(upload(new Blob(['x'], { type: 'imagex/png' })));
    expect(isGatewayError(failure, upload, 'WRONG_TYPE') && failure.data).toEqual({
      contentType: 'imagex/png',
      accept: ['image/*', 'text/plain'],
    });
    await upload(new Blob(['x'], { type: 'image/png' }));
    expect(bucket.puts).toEqual(['/k1']);
  });

  it.each([
    ['bytes', 'TOO_LARGE', { bytes: 15 }],
    ['contentType', 'WRONG_TYPE', { contentType: 'text/plain' }],
  ] as const)('of the gateway are told the same way: %s', async (field, error, data) => {
    bucket.before(() => {
      throw new GatewayError('BAD_REQUEST', 'no', { issues: [{ path: [field], message: 'no' }] });
    });
    await expect(make()(SMALL)).rejects.toMatchObject({ error, data });
  });

  it('leave other errors of the gateway as they are', async () => {
    bucket.before(() => {
      throw new GatewayError('UNAUTHORIZED', 'sign in');
    });
    await expect(make()(SMALL)).rejects.toThrow(new GatewayError('UNAUTHORIZED', 'sign in'));
  });
});
