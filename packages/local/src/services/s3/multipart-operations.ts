/**
 * CreateMultipartUpload, UploadPart, UploadPartCopy, ListParts, ListMultipartUploads, AbortMultipartUpload.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html - completion is in `complete-upload.ts`.
 */
import { randomBytes } from 'node:crypto';
import { checksumAlgorithm } from '../../wire/checksum.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import type { S3Call, S3Operation } from './call.js';
import { s3Error } from './errors.js';
import { readRange } from './object-file.js';
import { uploadHeaders, uploadMetadata } from './object-headers.js';
import { openCopySource } from './object-operations.js';
import { checkCopySource } from './preconditions.js';
import { readRangeHeader } from './range.js';
import { type BodyDeclaration, readBodyDeclaration, receiveBody } from './request-body.js';
import type { PartRecord, Upload, UploadRecord } from './uploads.js';

const MAX_PART_NUMBER = 10_000;

export const createMultipartUpload: S3Operation = async (call) => {
  const bucket = call.bucket();
  const uploadId = randomBytes(48).toString('base64url');
  const checksum = readChecksumChoice(call);
  await bucket.uploads.create({
    uploadId,
    key: call.key,
    initiatedMs: call.clock.now(),
    headers: uploadHeaders(call.header),
    metadata: uploadMetadata(call.metadataHeaders()),
    ...(checksum && { checksum }),
  });
  const result = { Bucket: call.bucketName, Key: call.key, UploadId: uploadId };
  const headers = checksum && { 'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(), 'x-amz-checksum-type': checksum.type };
  return {
    statusCode: 200,
    headers: { 'x-amz-server-side-encryption': 'AES256', ...headers },
    body: xmlDocument('InitiateMultipartUploadResult', result),
  };
};

/** CRC64NVME is always of the whole object, SHA always composite; the other two are composite unless asked otherwise. */
function readChecksumChoice(call: S3Call): UploadRecord['checksum'] {
  const name = call.header('x-amz-checksum-algorithm');
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithm(name);
  if (!algorithm) throw s3Error('InvalidRequest', {}, `Checksum algorithm provided is unsupported: ${name}`);
  const type = call.header('x-amz-checksum-type')?.toUpperCase() ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const valid = algorithm.startsWith('sha') ? ['COMPOSITE'] : algorithm === 'crc64nvme' ? ['FULL_OBJECT'] : ['COMPOSITE', 'FULL_OBJECT'];
  if (!valid.includes(type)) {
    throw s3Error('InvalidRequest', {}, `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return { algorithm, type: type as 'FULL_OBJECT' | 'COMPOSITE' };
}

export const uploadPart: S3Operation = async (call) => {
  const declared = readBodyDeclaration(call.header);
  if (declared.contentLength === undefined && !declared.awsChunked) throw s3Error('MissingContentLength');
  const part = await receivePart(call, call.body, declared);
  const headers = part.checksum && { [`x-amz-checksum-${part.checksum.algorithm}`]: part.checksum.value };
  return { statusCode: 200, headers: { etag: `"${part.md5Hex}"`, 'x-amz-server-side-encryption': 'AES256', ...headers } };
};

export const uploadPartCopy: S3Operation = async (call) => {
  const source = await openCopySource(call);
  try {
    checkCopySource(call.header, source.record);
    const range = readRangeHeader(call.header('x-amz-copy-source-range'), source.record.size) ?? { start: 0, end: source.record.size };
    const declared: BodyDeclaration = {
      contentLength: undefined,
      awsChunked: false,
      sha256Hex: undefined,
      md5: undefined,
      checksum: undefined,
    };
    const part = await receivePart(call, readRange(source.handle, range.start, range.end), declared);
    const result = { LastModified: new Date(part.lastModifiedMs).toISOString(), ETag: `"${part.md5Hex}"` };
    return { statusCode: 200, body: xmlDocument('CopyPartResult', result) };
  } finally {
    await source.handle.close();
  }
};

async function receivePart(call: S3Call, body: AsyncIterable<Buffer>, declared: BodyDeclaration): Promise<PartRecord> {
  const upload = findUpload(call);
  const bucket = call.bucket();
  const partNumber = Number(call.query.get('partNumber'));
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'partNumber' },
      `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`,
    );
  }
  checkChecksum(upload, call, declared);
  const draft = await bucket.draft();
  try {
    const { size, md5Hex, checksum } = await receiveBody(body, declared, { write: draft.write, wanted: upload.checksum?.algorithm });
    const part: PartRecord = { partNumber, size, md5Hex, lastModifiedMs: call.clock.now(), ...(checksum && { checksum }) };
    if (!(await bucket.uploads.putPart(upload.uploadId, draft, part))) throw s3Error('NoSuchUpload', { UploadId: upload.uploadId });
    return part;
  } finally {
    await draft.discard();
  }
}

/**
 * A part comes with a checksum of the algorithm that its upload was created with: "must be the same for all parts and match the one
 * supplied in the CreateMultipartUpload request", https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html. S3 computes those of
 * copied parts itself.
 */
function checkChecksum({ checksum }: Upload, call: S3Call, declared: BodyDeclaration): void {
  const actual = declared.checksum?.algorithm;
  if (checksum === undefined || checksum.algorithm === actual || call.header('x-amz-copy-source') !== undefined) return;
  throw s3Error(
    'InvalidRequest',
    {},
    `Checksum Type mismatch occurred, expected checksum Type: ${checksum.algorithm}, actual checksum Type: ${actual ?? 'null'}`,
  );
}

export const abortMultipartUpload: S3Operation = async (call) => {
  await call.bucket().uploads.remove(findUpload(call).uploadId);
  return { statusCode: 204 };
};

export const listParts: S3Operation = async (call) => {
  const upload = findUpload(call);
  const after = Number(call.query.get('part-number-marker') ?? 0);
  const maxParts = Math.min(Number(call.query.get('max-parts') ?? 1000), 1000);
  const behind = [...upload.parts.values()]
    .filter((part) => part.partNumber > after)
    .sort((left, right) => left.partNumber - right.partNumber);
  const page = behind.slice(0, maxParts);
  const result = {
    Bucket: call.bucketName,
    Key: call.key,
    UploadId: upload.uploadId,
    StorageClass: 'STANDARD',
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: maxParts,
    IsTruncated: behind.length > page.length,
    ChecksumAlgorithm: upload.checksum?.algorithm.toUpperCase(),
    ChecksumType: upload.checksum?.type,
    Part: page.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: new Date(part.lastModifiedMs).toISOString(),
      ETag: `"${part.md5Hex}"`,
      Size: part.size,
      ...(part.checksum && { [`Checksum${part.checksum.algorithm.toUpperCase()}`]: part.checksum.value }),
    })),
  };
  return { statusCode: 200, body: xmlDocument('ListPartsResult', result) };
};

export const listMultipartUploads: S3Operation = async (call) => {
  const prefix = call.query.get('prefix') ?? '';
  const uploads = call
    .bucket()
    .uploads.list()
    .filter((upload) => upload.key.startsWith(prefix))
    .sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)) || left.initiatedMs - right.initiatedMs);
  const result = {
    Bucket: call.bucketName,
    Prefix: prefix,
    MaxUploads: uploads.length,
    IsTruncated: false,
    Upload: uploads.map((upload) => ({
      Key: upload.key,
      UploadId: upload.uploadId,
      Initiated: new Date(upload.initiatedMs).toISOString(),
      StorageClass: 'STANDARD',
    })),
  };
  return { statusCode: 200, body: xmlDocument('ListMultipartUploadsResult', result) };
};

/** The upload that a call names; throws `NoSuchUpload`, also for another key's upload. */
export function findUpload(call: S3Call): Upload {
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = call.bucket().uploads.get(uploadId);
  if (!upload || upload.key !== call.key) throw s3Error('NoSuchUpload', { UploadId: uploadId });
  return upload;
}
