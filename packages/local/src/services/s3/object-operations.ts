/**
 * GetObject, HeadObject, PutObject, DeleteObject and CopyObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 * No versions, no ACLs, no object lock.
 */
import { xmlDocument } from '../../wire/xml-writer.js';
import type { S3Call, S3Operation, S3Result } from './call.js';
import { readCopySource } from './copy-source.js';
import { s3Error } from './errors.js';
import { missingKey } from './missing-key.js';
import { type ObjectRecord, readRange } from './object-file.js';
import { checksumHeaders, readHeaders, responseOverrides, uploadHeaders, uploadMetadata } from './object-headers.js';
import { checkCopySource, checkRead, checkWrite } from './preconditions.js';
import { readRangeHeader } from './range.js';
import { readBodyDeclaration, receiveBody } from './request-body.js';

export const getObject: S3Operation = async (call) => {
  const opened = await call.bucket().open(call.key);
  if (!opened) throw missingKey(call);
  const { record, handle } = opened;
  try {
    const read = planRead(call, record);
    if (read.statusCode === 304) {
      await handle.close();
      return read;
    }
    return { ...read, body: readRange(handle, read.start, read.end) };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

export const headObject: S3Operation = async (call) => {
  const record = call.bucket().objects.get(call.key);
  if (!record) throw missingKey(call);
  const { statusCode, headers } = planRead(call, record);
  return { statusCode, headers };
};

interface PlannedRead {
  readonly statusCode: 200 | 206 | 304;
  readonly headers: Record<string, string>;
  readonly start: number;
  readonly end: number;
}

/** Status, headers and range of a read. */
function planRead(call: S3Call, record: ObjectRecord): PlannedRead {
  if (call.query.has('partNumber'))
    throw s3Error('NotImplemented', {}, 'Reading one part of an object (partNumber) is not supported here; use Range.');
  if (checkRead(call.header, record)) {
    const { etag, 'last-modified': lastModified } = readHeaders(record, { checksum: false }) as { etag: string; 'last-modified': string };
    return { statusCode: 304, headers: { etag, 'last-modified': lastModified }, start: 0, end: 0 };
  }
  const range = readRangeHeader(call.header('range'), record.size);
  const checksum = call.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range;
  const { start, end } = range ?? { start: 0, end: record.size };
  return {
    statusCode: range ? 206 : 200,
    headers: {
      ...readHeaders(record, { checksum }),
      ...responseOverrides(call.query),
      'content-length': String(end - start),
      ...(range && { 'content-range': `bytes ${start}-${end - 1}/${record.size}` }),
    },
    start,
    end,
  };
}

export const putObject: S3Operation = async (call) => {
  const bucket = call.bucket();
  const check = checkWrite(call.header, call.key);
  const declared = readBodyDeclaration(call.header);
  if (declared.contentLength === undefined && !declared.awsChunked) throw s3Error('MissingContentLength');
  const about = { headers: uploadHeaders(call.header), metadata: uploadMetadata(call.metadataHeaders()) };
  const draft = await bucket.draft();
  try {
    const { size, md5Hex, checksum } = await receiveBody(call.body, declared, { write: draft.write });
    const record: ObjectRecord = {
      ...about,
      key: call.key,
      size,
      etag: md5Hex,
      lastModifiedMs: call.clock.now(),
      ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
    };
    await bucket.put(draft, record, check);
    return { statusCode: 200, headers: { etag: `"${md5Hex}"`, 'x-amz-server-side-encryption': 'AES256', ...checksumHeaders(record) } };
  } finally {
    await draft.discard();
  }
};

export const deleteObject: S3Operation = async (call) => {
  const conditional = call.header('if-match') !== undefined;
  await call.bucket().remove(call.key, conditional ? checkWrite(call.header, call.key) : undefined);
  return { statusCode: 204 };
};

export const copyObject: S3Operation = async (call) => {
  const bucket = call.bucket();
  const check = checkWrite(call.header, call.key);
  const source = await openCopySource(call);
  const draft = await bucket.draft();
  try {
    checkCopySource(call.header, source.record);
    const replace = call.header('x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
    if (!replace && source.bucketName === call.bucketName && source.record.key === call.key) throw s3Error('InvalidRequest', {}, SELF_COPY);
    for await (const chunk of readRange(source.handle, 0, source.record.size)) await draft.write(chunk);
    const about = replace ? { headers: uploadHeaders(call.header), metadata: uploadMetadata(call.metadataHeaders()) } : {};
    const record: ObjectRecord = { ...source.record, ...about, key: call.key, lastModifiedMs: call.clock.now() };
    await bucket.put(draft, record, check);
    const result = { LastModified: new Date(record.lastModifiedMs).toISOString(), ETag: `"${record.etag}"` };
    return { statusCode: 200, body: xmlDocument('CopyObjectResult', result) } satisfies S3Result;
  } finally {
    await source.handle.close();
    await draft.discard();
  }
};

const SELF_COPY =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

/** Opens what `x-amz-copy-source` names; the caller closes the handle. */
export async function openCopySource(call: S3Call) {
  const from = readCopySource(call.header);
  const bucket = call.store.get(from.bucketName);
  if (!bucket) throw s3Error('NoSuchBucket', { BucketName: from.bucketName });
  const opened = await bucket.open(from.key);
  if (!opened) throw s3Error('NoSuchKey', { Key: from.key });
  return { ...opened, bucketName: from.bucketName };
}
