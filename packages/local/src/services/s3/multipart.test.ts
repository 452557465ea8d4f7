import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { startFixture, temporaryFolder } from '../fixture.test.support.js';

const Bucket = 'files';
const Key = 'big/video.bin';
/** SHA-256 of "abc", FIPS 180-4's example, in base64. */
const ABC_SHA256 = 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=';
const FIVE_MB = 5 * 1024 * 1024;

async function startWithBucket(options: Parameters<typeof startFixture>[0] = {}) {
  const fixture = await startFixture(options);
  await fixture.endpoint.createBucket({}, { bucketName: Bucket });
  return fixture;
}

async function uploadParts(s3: S3Client, UploadId: string, bodies: readonly Buffer[]) {
  const parts = [];
  for (const [index, Body] of bodies.entries()) {
    const PartNumber = index + 1;
    const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    parts.push({ PartNumber, ETag, ChecksumCRC32 });
  }
  return parts;
}

const create = async (s3: S3Client, extra: object = {}): Promise<string> =>
  (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'video/mp4', Metadata: { a: '1' }, ...extra }))).UploadId!;

describe('multipart uploads', () => {
  it('joins parts into one object with an md5-N tag, a composite checksum and the headers of the creation', async () => {
    const { s3 } = await startWithBucket();
    const bodies = [Buffer.alloc(FIVE_MB, 'a'), Buffer.alloc(FIVE_MB + 1, 'b'), Buffer.from('end')];
    const UploadId = await create(s3, { ChecksumAlgorithm: 'CRC32' });
    const Parts = await uploadParts(s3, UploadId, bodies);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
    const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    const md5s = bodies.map((body) => createHash('md5').update(body).digest());
    expect(done.ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-3"`);
    expect(done.ChecksumCRC32).toMatch(/-3$/);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({
      ContentType: 'video/mp4',
      Metadata: { a: '1' },
      ChecksumType: 'COMPOSITE',
      ContentLength: 2 * FIVE_MB + 4,
    });
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(Buffer.concat(bodies))).toBe(true);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
  });

  it('computes the checksum of the whole object when it is wanted', async () => {
    const { s3 } = await startWithBucket();
    const UploadId = await create(s3, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const Parts = await uploadParts(s3, UploadId, [Buffer.from('123456789')]);
    const done = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(Buffer.from(done.ChecksumCRC32!, 'base64').toString('hex')).toBe('cbf43926');
    expect(done.ChecksumType).toBe('FULL_OBJECT');
  });

  it('asks for the checksum of every part when the upload was created with one, as it comes and on completion', async () => {
    const { s3 } = await startWithBucket();
    const UploadId = await create(s3, { ChecksumAlgorithm: 'SHA256' });
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.from('abc') };
    await expect(s3.send(new UploadPartCommand(part))).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    });
    const { ETag, ChecksumSHA256 } = await s3.send(new UploadPartCommand({ ...part, ChecksumSHA256: ABC_SHA256 }));
    expect(ChecksumSHA256).toBe(ABC_SHA256);
    const { Parts: listed } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed).toMatchObject([{ PartNumber: 1, ChecksumSHA256: ABC_SHA256 }]);
    const complete = (Part: object) =>
      s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ...Part }] } }),
      );
    await expect(complete({})).rejects.toMatchObject({
      name: 'InvalidRequest',
      message:
        'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    });
    expect((await complete({ ChecksumSHA256 })).ChecksumSHA256).toMatch(/-1$/);
  });

  it('refuses parts that are too small, unknown, out of order or changed, and goes on afterwards', async () => {
    const { s3 } = await startWithBucket();
    const UploadId = await create(s3);
    const Parts = await uploadParts(s3, UploadId, [Buffer.from('small'), Buffer.from('end')]);
    const complete = (parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
    await expect(complete(Parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete([...Parts].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ ...Parts[0], ETag: '"00000000000000000000000000000000"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([{ PartNumber: 9, ETag: Parts[0]!.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([])).rejects.toMatchObject({ name: 'MalformedXML' });
    await complete([Parts[1]!]);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(3);
  });

  it('lists parts and uploads, replaces a part that is sent again, and forgets an aborted upload', async () => {
    const { s3 } = await startWithBucket();
    const UploadId = await create(s3);
    await uploadParts(s3, UploadId, [Buffer.from('one'), Buffer.from('two')]);
    await uploadParts(s3, UploadId, [Buffer.from('one again')]);
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 9],
      [2, 3],
    ]);
    const page = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' });
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map((upload) => upload.UploadId)).toEqual([UploadId]);
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    await expect(s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(s3.send(new UploadPartCommand({ Bucket, Key: 'other', UploadId, PartNumber: 1, Body: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  it('completes only onto what the condition allows', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'there' }));
    const UploadId = await create(s3);
    const Parts = await uploadParts(s3, UploadId, [Buffer.from('new')]);
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, IfNoneMatch: '*' });
    await expect(s3.send(complete)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('takes a part from a range of another object', async () => {
    const { s3 } = await startWithBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    const UploadId = await create(s3);
    const CopySource = `${Bucket}/source`;
    const copied = await s3.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource, CopySourceRange: 'bytes=2-5' }),
    );
    const Parts = [{ PartNumber: 1, ETag: copied.CopyPartResult!.ETag }];
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()).toBe('2345');
  });

  it('goes on with an upload after a restart', async () => {
    const dataDir = await temporaryFolder();
    const first = await startWithBucket({ dataDir });
    const UploadId = await create(first.s3);
    const Parts = await uploadParts(first.s3, UploadId, [Buffer.from('before')]);
    await first.endpoint.close();
    const { s3 } = await startWithBucket({ dataDir });
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()).toBe('before');
  });
});
