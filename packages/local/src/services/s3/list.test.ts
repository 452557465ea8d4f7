import { ListObjectsCommand, ListObjectsV2Command, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startFixture } from '../fixture.test.support.js';
import { listObjects } from './list-objects.js';
import type { ObjectRecord } from './object-file.js';
import { compareUtf8, createObjectIndex } from './object-index.js';

const Bucket = 'files';

async function startWith(keys: readonly string[]): Promise<S3Client> {
  const { endpoint, s3 } = await startFixture();
  await endpoint.createBucket({}, { bucketName: Bucket });
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return s3;
}

const names = (contents: readonly { readonly Key?: string | undefined }[] | undefined): readonly (string | undefined)[] =>
  (contents ?? []).map(({ Key }) => Key);

describe('listing objects', () => {
  it('lists by UTF-8 bytes, where U+FFFD comes before an emoji', async () => {
    const s3 = await startWith(['b', 'a', 'Z', '\u{1F600}', '\u{FFFD}', 'ä']);
    expect(names((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents)).toEqual(['Z', 'a', 'b', 'ä', '\u{FFFD}', '\u{1F600}']);
  });

  it('compares like the bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
    );
  });

  it('rolls keys up to common prefixes', async () => {
    const s3 = await startWith(['a.txt', 'docs/1', 'docs/2', 'docs/sub/3', 'img/4', 'z']);
    const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    expect(names(top.Contents)).toEqual(['a.txt', 'z']);
    expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['docs/', 'img/']);
    expect(top.KeyCount).toBe(4);
    const docs = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'docs/' }));
    expect(names(docs.Contents)).toEqual(['docs/1', 'docs/2']);
    expect(docs.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['docs/sub/']);
  });

  it('pages through everything once, common prefixes included', async () => {
    const s3 = await startWith(['a/1', 'a/2', 'b', 'c/1', 'c/2', 'c/3', 'd']);
    const seen: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 1 }, { Bucket, Delimiter: '/' })) {
      seen.push(...names(page.Contents), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
    }
    expect(seen).toEqual(['a/', 'b', 'c/', 'd']);
  });

  it('gives every key exactly once for any page size', () => {
    const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('', '/'),
        fc.constantFrom('', 'a', 'a/'),
        (all, maxKeys, delimiter, prefix) => {
          const index = createObjectIndex(all.map((key) => ({ key }) as ObjectRecord));
          const whole = listObjects(index, { prefix, delimiter, maxKeys: 1000 });
          const keysSeen: string[] = [];
          const prefixesSeen: string[] = [];
          let after: ReturnType<typeof listObjects>['next'];
          do {
            const page = listObjects(index, { prefix, delimiter, maxKeys, after });
            keysSeen.push(...page.keys);
            prefixesSeen.push(...page.commonPrefixes);
            after = page.next;
          } while (after);
          expect([keysSeen, prefixesSeen]).toEqual([whole.keys, whole.commonPrefixes]);
          expect(whole.keys.length + all.filter((key) => whole.commonPrefixes.some((each) => key.startsWith(each))).length).toBe(
            all.filter((key) => key.startsWith(prefix)).length,
          );
        },
      ),
    );
  });

  it('starts behind start-after and refuses a foreign token', async () => {
    const s3 = await startWith(['a', 'b', 'c']);
    expect(names((await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'a' }))).Contents)).toEqual(['b', 'c']);
    expect(await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))).toMatchObject({ KeyCount: 0, IsTruncated: false });
    await expect(s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'made up' }))).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  it('encodes keys for XML when asked', async () => {
    const s3 = await startWith(['a b/\u0001+.txt']);
    expect(names((await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))).Contents)).toEqual(['a%20b/%01%2B.txt']);
  });

  it('serves the first version of the call too', async () => {
    const s3 = await startWith(['a', 'b/1', 'b/2', 'c']);
    const first = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/' });
    const second = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }));
    expect(names(second.Contents)).toEqual(['c']);
    expect(second.CommonPrefixes).toBeUndefined();
  });
});
