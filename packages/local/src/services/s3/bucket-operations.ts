/**
 * ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation, both ListObjects and DeleteObjects.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import { accountOf } from '../../iam/arn.js';
import { AwsError } from '../../wire/aws-error.js';
import { encodeUriPath } from '../../wire/uri-encoding.js';
import { readXml, xmlText } from '../../wire/xml-reader.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import { objectArn, type S3Call, type S3Operation } from './call.js';
import { s3Error } from './errors.js';
import { type ListSelection, listObjects, readToken, writeToken } from './list-objects.js';
import type { ObjectRecord } from './object-file.js';
import { checkWrite } from './preconditions.js';
import { readBodyDeclaration } from './request-body.js';
import { readSmallBody } from './small-body.js';

const MAX_KEYS = 1000;

export const listBuckets: S3Operation = async (call) => {
  const accountId = callerAccount(call);
  const buckets = call.store
    .list()
    .filter((bucket) => (bucket.accountId ?? accountId) === accountId)
    .map(({ name, createdAtMs }) => ({ Name: name, CreationDate: new Date(createdAtMs).toISOString() }));
  const owner = { ID: accountId, DisplayName: accountId };
  return { statusCode: 200, body: xmlDocument('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } }) };
};

export const createBucket: S3Operation = async (call) => {
  if (!isBucketName(call.bucketName)) throw s3Error('InvalidBucketName', { BucketName: call.bucketName });
  const accountId = callerAccount(call);
  const existing = call.store.get(call.bucketName);
  if (existing) {
    const isOwn = (existing.accountId ?? accountId) === accountId;
    throw s3Error(isOwn ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', { BucketName: call.bucketName });
  }
  await call.store.create({ name: call.bucketName, createdAtMs: call.clock.now(), cors: [], accountId });
  return { statusCode: 200, headers: { location: `/${call.bucketName}` } };
};

function callerAccount({ principal, environment }: S3Call): string {
  return (principal && accountOf(principal.arn)) ?? environment.accountId;
}

/** S3's naming rules, as far as they guard the folder: 3 to 63 of `a-z 0-9 . -`, beginning and ending with a letter or digit. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}

export const headBucket: S3Operation = async (call) => {
  call.bucket();
  return { statusCode: 200, headers: { 'x-amz-bucket-region': call.environment.region } };
};

export const getBucketLocation: S3Operation = async (call) => {
  call.bucket();
  const { region } = call.environment;
  return { statusCode: 200, body: xmlDocument('LocationConstraint', region === 'us-east-1' ? '' : region) };
};

export const deleteBucket: S3Operation = async (call) => {
  if (call.bucket().objects.size > 0) throw s3Error('BucketNotEmpty', { BucketName: call.bucketName });
  await call.store.remove(call.bucketName);
  return { statusCode: 204 };
};

export const listObjectsV2: S3Operation = async (call) => {
  const selection = readSelection(call);
  const bucket = call.bucket();
  const token = call.query.get('continuation-token');
  const startAfter = call.query.get('start-after');
  const resume = token === undefined ? undefined : readToken(token);
  if (token !== undefined && !resume) throw s3Error('InvalidArgument', {}, 'The continuation token provided is incorrect');
  const after = resume ?? (startAfter ? { key: startAfter, skipPrefix: false } : undefined);
  const page = listObjects(bucket.objects, { ...selection, after });
  const encode = keyEncoder(call);
  const result = {
    Name: call.bucketName,
    Prefix: encode(selection.prefix),
    Delimiter: selection.delimiter === '' ? undefined : encode(selection.delimiter),
    MaxKeys: selection.maxKeys,
    EncodingType: call.query.get('encoding-type'),
    KeyCount: page.keys.length + page.commonPrefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: token,
    NextContinuationToken: page.next && writeToken(page.next),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    Contents: page.keys.map((key) => contents(bucket.objects.get(key)!, encode)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return { statusCode: 200, body: xmlDocument('ListBucketResult', result) };
};

export const listObjectsV1: S3Operation = async (call) => {
  const selection = readSelection(call);
  const bucket = call.bucket();
  const marker = call.query.get('marker') ?? '';
  const skipPrefix = selection.delimiter !== '' && marker.endsWith(selection.delimiter);
  const page = listObjects(bucket.objects, { ...selection, after: marker === '' ? undefined : { key: marker, skipPrefix } });
  const encode = keyEncoder(call);
  const result = {
    Name: call.bucketName,
    Prefix: encode(selection.prefix),
    Marker: encode(marker),
    Delimiter: selection.delimiter === '' ? undefined : encode(selection.delimiter),
    MaxKeys: selection.maxKeys,
    EncodingType: call.query.get('encoding-type'),
    IsTruncated: page.next !== undefined,
    NextMarker: page.next && encode(page.next.key),
    Contents: page.keys.map((key) => contents(bucket.objects.get(key)!, encode)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return { statusCode: 200, body: xmlDocument('ListBucketResult', result) };
};

function readSelection(call: S3Call): Omit<ListSelection, 'after'> {
  const prefix = call.query.get('prefix') ?? '';
  const encoding = call.query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') throw s3Error('InvalidArgument', {}, 'Invalid Encoding Method specified in Request');
  return { prefix, delimiter: call.query.get('delimiter') ?? '', maxKeys: readMaxKeys(call.query.get('max-keys')) };
}

function readMaxKeys(text: string | undefined): number {
  if (text === undefined) return MAX_KEYS;
  if (!/^\d+$/.test(text) || Number(text) > 2_147_483_647) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'max-keys', ArgumentValue: text },
      'Provided max-keys not an integer or within integer range',
    );
  }
  return Math.min(Number(text), MAX_KEYS);
}

function keyEncoder(call: S3Call): (key: string) => string {
  return call.query.get('encoding-type') === 'url' ? encodeUriPath : (key) => key;
}

function contents(record: ObjectRecord, encode: (key: string) => string) {
  return {
    Key: encode(record.key),
    LastModified: new Date(record.lastModifiedMs).toISOString(),
    ETag: `"${record.etag}"`,
    ChecksumAlgorithm: record.checksum?.algorithm.toUpperCase(),
    ChecksumType: record.checksum?.type,
    Size: record.size,
    StorageClass: record.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

export const deleteObjects: S3Operation = async (call) => {
  const bucket = call.bucket();
  const declared = readBodyDeclaration(call.header);
  if (!declared.md5 && !declared.checksum) {
    throw s3Error('InvalidRequest', {}, 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const root = readXml(await readSmallBody(call));
  const entries = root?.name === 'Delete' ? root.children.filter((child) => child.name === 'Object') : [];
  if (entries.length === 0 || entries.length > MAX_KEYS) throw s3Error('MalformedXML');
  const quiet = xmlText(root!, 'Quiet') === 'true';
  const outcomes = await Promise.all(entries.map((entry) => deleteOne(call, xmlText(entry, 'Key') ?? '', xmlText(entry, 'ETag'))));
  const deleted = quiet ? [] : outcomes.filter((outcome) => outcome.error === undefined).map(({ key }) => ({ Key: key }));
  const errors = outcomes.flatMap(({ key, error }) => (error ? [{ Key: key, Code: error.code, Message: error.message }] : []));
  return { statusCode: 200, body: xmlDocument('DeleteResult', { Deleted: deleted, Error: errors }) };

  async function deleteOne(
    each: S3Call,
    key: string,
    etag: string | undefined,
  ): Promise<{ readonly key: string; readonly error?: AwsError }> {
    try {
      each.authorize('s3:DeleteObject', objectArn({ bucketName: each.bucketName, key }));
      const check = etag === undefined ? undefined : checkWrite((name) => (name === 'if-match' ? etag : undefined), key);
      await bucket.remove(key, check);
      return { key };
    } catch (error) {
      if (error instanceof AwsError) return { key, error };
      throw error;
    }
  }
};
