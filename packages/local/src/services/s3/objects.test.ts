import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { startFixture, temporaryFolder } from '../fixture.test.support.js';

const Bucket = 'files';

async function startWithBucket(options: Parameters<typeof startFixture>[0] = {}) {
  const fixture = await startFixture(options);
  await fixture.endpoint.createBucket({}, { bucketName: Bucket });
  return fixture;
}

const text = async (s3: S3Client, Key: string): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();

describe('S3 objects', () => {
  it('gives back data, content headers, metadata and the checksum the SDK compares', async () => {
    const { s3 } = await startWithBucket();
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'reports/2026.json',
        Body: '{"a":1}',
        ContentType: 'application/json',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="r.json"',
        ContentEncoding: 'identity',
        Metadata: { Owner: 'me', trace: 'abc' },
      }),
    );
    expect(put.ETag).toBe(`"${createHash('md5').update('{"a":1}').digest('hex')}"`);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'reports/2026.json' }));
    expect(await got.Body!.transformToString()).toBe('{"a":1}');
    expect(got).toMatchObject({
      ContentType: 'application/json',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="r.json"',
      ContentEncoding: 'identity',
      ContentLength: 7,
      Metadata: { owner: 'me', trace: 'abc' },
      ChecksumCRC32: put.ChecksumCRC32,
      ChecksumType: 'FULL_OBJECT',
      AcceptRanges: 'bytes',
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'reports/2026.json' }));
    expect(head).toMatchObject({ ContentLength: 7, ContentType: 'application/json', Metadata: { owner: 'me', trace: 'abc' } });
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'takes a stream in aws-chunked encoding with a %s trailer',
    async (ChecksumAlgorithm) => {
      const { s3 } = await startWithBucket();
      const pieces = Array.from({ length: 30 }, (_, index) => Buffer.alloc(10_001, index));
      await s3.send(
        new PutObjectCommand({ Bucket, Key: 'stream', Body: Readable.from(pieces), ContentLength: 300_030, ChecksumAlgorithm }),
      );
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }));
      expect(got[`Checksum${ChecksumAlgorithm}`]).toBeTypeOf('string');
      expect(got.ContentEncoding).toBeUndefined();
      expect(Buffer.from(await got.Body!.transformToByteArray()).equals(Buffer.concat(pieces))).toBe(true);
    },
  );

  it.each([
    'a b+c/ü%20.txt',
    '../../etc/passwd',
    './x',
    'a//b',
    "quote'()!*~",
    '\u{1F600} \u{FFFD}',
    'x'.repeat(1024),
    'back\\slash',
    'ends/',
  ])('keeps the key %j apart from paths and encodings', async (Key) => {
    const dataDir = await temporaryFolder();
    const { s3 } = await startWithBucket({ dataDir });
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
    expect(await text(s3, Key)).toBe('content');
    const folders = await readdir(dataDir);
    expect(folders).toEqual(['s3']);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(text(s3, Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('names a missing key, a missing bucket and a key that is too long', async () => {
    const { s3 } = await startWithBucket();
    await expect(text(s3, 'absent')).rejects.toMatchObject({ name: 'NoSuchKey', Key: 'absent', $metadata: { httpStatusCode: 404 } });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'x'.repeat(1025), Body: '' }))).rejects.toMatchObject({
      name: 'KeyTooLongError',
    });
  });

  it('reads ranges from either end, and answers 416 behind the end', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
      return [got.$metadata.httpStatusCode, got.ContentRange, await got.Body!.transformToString()];
    };
    expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await range('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await range('bytes=5-100')).toEqual([206, 'bytes 5-9/10', '56789']);
    expect(await range('bytes=-100')).toEqual([206, 'bytes 0-9/10', '0123456789']);
    expect(await range('lines=1-2')).toEqual([200, undefined, '0123456789']);
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
    await expect(range('bytes=-0')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('answers conditional reads with 304 and 412', async () => {
    const { s3 } = await startWithBucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const get = (condition: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'a', ...condition }));
    const later = new Date(Date.now() + 60_000);
    const earlier = new Date(Date.now() - 60_000);
    expect((await get({ IfMatch: ETag })).$metadata.httpStatusCode).toBe(200);
    expect((await get({ IfModifiedSince: earlier })).$metadata.httpStatusCode).toBe(200);
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfModifiedSince: later })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfUnmodifiedSince: earlier })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('lets exactly one of many conditional creations win', async () => {
    const { s3 } = await startWithBucket();
    const create = (index: number) => s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: `body ${index}`, IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => create(index)));
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    expect(await text(s3, 'once')).toBe(`body ${won[0]}`);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(lost?.reason).toMatchObject({ name: 'PreconditionFailed', Condition: 'If-None-Match' });
  });

  it('replaces with If-Match only what is still the same', async () => {
    const { s3 } = await startWithBucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '1' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '2', IfMatch: ETag }));
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '3', IfMatch: ETag }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'none', Body: '3', IfMatch: ETag }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    expect(await text(s3, 'a')).toBe('2');
  });

  it('refuses a body that does not match its checksum or MD5, and stores nothing', async () => {
    const { s3 } = await startWithBucket();
    const put = (extra: object) => s3.send(new PutObjectCommand({ Bucket, Key: 'bad', Body: 'hello', ...extra }));
    await expect(put({ ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put({ ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put({ ContentMD5: 'short' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    await expect(put({ ChecksumSHA256: 'short' })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(text(s3, 'bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('copies with the metadata or with new ones, and refuses a copy onto itself', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from ü', Body: 'data', ContentType: 'text/plain', Metadata: { a: '1' } }));
    const CopySource = `${Bucket}/${encodeURIComponent('from ü')}`;
    const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'same', CopySource }));
    expect(copied.CopyObjectResult?.ETag).toBe('"8d777f385d3dfec8815d20f7496026dc"');
    await s3.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'new',
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
        ContentType: 'text/html',
      }),
    );
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'same' }))).toMatchObject({
      Metadata: { a: '1' },
      ContentType: 'text/plain',
    });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'new' }))).toMatchObject({ Metadata: { b: '2' }, ContentType: 'text/html' });
    expect(await text(s3, 'new')).toBe('data');
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'from ü', CopySource }))).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource, CopySourceIfNoneMatch: copied.CopyObjectResult!.ETag })),
    ).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('deletes in batches and reports what was deleted, also keys that are not there', async () => {
    const { s3 } = await startWithBucket();
    for (const Key of ['a', 'b&<c>', 'keep']) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const Objects = [{ Key: 'a' }, { Key: 'b&<c>' }, { Key: 'absent' }];
    const result = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(result.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'b&<c>', 'absent']);
    expect(await text(s3, 'keep')).toBe('keep');
    await expect(text(s3, 'b&<c>')).rejects.toMatchObject({ name: 'NoSuchKey' });
    const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'keep' }], Quiet: true } }));
    expect(quiet.Deleted).toBeUndefined();
  });

  it('makes, lists and removes buckets', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new CreateBucketCommand({ Bucket: 'second' }));
    await expect(s3.send(new CreateBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['files', 'second']);
    await s3.send(new HeadBucketCommand({ Bucket: 'second' }));
    await s3.send(new PutObjectCommand({ Bucket: 'second', Key: 'a', Body: 'a' }));
    await expect(s3.send(new DeleteBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.send(new DeleteObjectCommand({ Bucket: 'second', Key: 'a' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'second' }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('keeps a reader on the version it opened while the object is overwritten', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'big', Body: Buffer.alloc(8_000_000, 'a') }));
    const reading = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'big', Body: Buffer.alloc(8_000_000, 'b') }));
    const bytes = await reading.Body!.transformToByteArray();
    expect(bytes.every((byte) => byte === 97)).toBe(true);
    expect((await text(s3, 'big'))[0]).toBe('b');
  });

  it('has the objects, headers and CORS rules again after a restart, and no leftovers of interrupted writes', async () => {
    const dataDir = await temporaryFolder();
    const first = await startWithBucket({ dataDir });
    await first.s3.send(new PutObjectCommand({ Bucket, Key: 'kept/ü', Body: 'kept', Metadata: { a: '1' } }));
    await first.endpoint.close();
    const second = await startWithBucket({ dataDir });
    expect(await second.s3.send(new HeadObjectCommand({ Bucket, Key: 'kept/ü' }))).toMatchObject({
      ContentLength: 4,
      Metadata: { a: '1' },
    });
    expect(await text(second.s3, 'kept/ü')).toBe('kept');
    expect(await readdir(join(dataDir, 's3', Bucket, 'temporary'))).toEqual([]);
    expect(JSON.parse(await readFile(join(dataDir, 's3', Bucket, 'bucket.json'), 'utf8'))).toMatchObject({ name: Bucket });
  });

  it('says which template properties have no effect, and refuses a bucket name that S3 would', async () => {
    const { endpoint, reports } = await startFixture();
    await endpoint.createBucket({ VersioningConfiguration: { Status: 'Enabled' } }, { bucketName: 'versioned' });
    expect(reports).toEqual([
      { level: 'info', part: 's3', message: 'bucket versioned: VersioningConfiguration has no effect on the local stage' },
    ]);
    await expect(endpoint.createBucket({}, { bucketName: '../up' })).rejects.toThrow('bucket name "../up": expected 3 to 63');
  });
});
