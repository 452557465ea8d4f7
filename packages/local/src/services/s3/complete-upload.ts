/**
 * CompleteMultipartUpload: checks the parts named, joins them into one object, and makes it visible at once.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
import { createHash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, checksumAlgorithm, createChecksum } from '../../wire/checksum.js';
import { readXml, type XmlElement, xmlText } from '../../wire/xml-reader.js';
import { xmlDocument } from '../../wire/xml-writer.js';
import type { Bucket } from './bucket.js';
import type { S3Operation } from './call.js';
import { s3Error } from './errors.js';
import { findUpload } from './multipart-operations.js';
import { type DraftFile, type ObjectRecord, readRange, type StoredChecksum } from './object-file.js';
import { checkWrite } from './preconditions.js';
import type { HeaderReader } from './request-body.js';
import { readSmallBody } from './small-body.js';
import type { PartRecord, Upload } from './uploads.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;

export const completeMultipartUpload: S3Operation = async (call) => {
  const bucket = call.bucket();
  const upload = findUpload(call);
  const check = checkWrite(call.header, call.key);
  const parts = selectParts(upload, readXml(await readSmallBody({ body: call.body, header: withoutObjectChecksum(call.header) })));
  const draft = await bucket.draft();
  try {
    const whole = upload.checksum?.type === 'FULL_OBJECT' ? createChecksum(upload.checksum.algorithm) : undefined;
    await joinParts(bucket, upload, { parts, draft, whole });
    const checksum = objectChecksum(upload, parts, whole);
    const declared = checksum && call.header(`x-amz-checksum-${checksum.algorithm}`);
    if (declared !== undefined && declared !== checksum?.value)
      throw s3Error('BadDigest', {}, 'The checksum you specified did not match the calculated checksum.');
    const record: ObjectRecord = {
      key: upload.key,
      size: parts.reduce((sum, part) => sum + part.size, 0),
      etag: joinedEtag(parts),
      lastModifiedMs: call.clock.now(),
      metadata: upload.metadata,
      headers: upload.headers,
      ...(checksum && { checksum }),
    };
    await bucket.put(draft, record, check);
    await bucket.uploads.remove(upload.uploadId);
    const result = {
      Location: `${call.origin}/${call.bucketName}/${upload.key}`,
      Bucket: call.bucketName,
      Key: upload.key,
      ETag: `"${record.etag}"`,
      ...(checksum && { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value, ChecksumType: checksum.type }),
    };
    return {
      statusCode: 200,
      headers: { 'x-amz-server-side-encryption': 'AES256' },
      body: xmlDocument('CompleteMultipartUploadResult', result),
    };
  } finally {
    await draft.discard();
  }
};

/** `x-amz-checksum-*` of this call is of the object to be, not of the XML that is its body. */
function withoutObjectChecksum(header: HeaderReader): HeaderReader {
  return (name) => (name.startsWith('x-amz-checksum-') ? undefined : header(name));
}

/** The stored parts that the document names, in its order; throws `InvalidPart`, `InvalidPartOrder` or `EntityTooSmall`. */
function selectParts(upload: Upload, root: XmlElement | undefined): readonly PartRecord[] {
  const named = root?.name === 'CompleteMultipartUpload' ? root.children.filter((child) => child.name === 'Part') : [];
  if (named.length === 0) throw s3Error('MalformedXML');
  let before = 0;
  const parts = named.map((element) => {
    const partNumber = Number(xmlText(element, 'PartNumber'));
    const etag = (xmlText(element, 'ETag') ?? '').replaceAll('"', '');
    const part = upload.parts.get(partNumber);
    if (partNumber <= before) throw s3Error('InvalidPartOrder', { UploadId: upload.uploadId });
    before = partNumber;
    if (!part || part.md5Hex !== etag || !checksumsMatch(part, element)) {
      throw s3Error('InvalidPart', { UploadId: upload.uploadId, PartNumber: partNumber, ETag: etag });
    }
    checkNamesChecksum(upload, element, partNumber);
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small)
    throw s3Error('EntityTooSmall', {
      ProposedSize: small.size,
      MinSizeAllowed: MIN_PART_BYTES,
      PartNumber: small.partNumber,
      ETag: small.md5Hex,
    });
  return parts;
}

function checksumsMatch(part: PartRecord, element: XmlElement): boolean {
  return element.children.every((child) => {
    const algorithm = child.name.startsWith('Checksum') ? checksumAlgorithm(child.name.slice('Checksum'.length)) : undefined;
    return algorithm === undefined || (part.checksum?.algorithm === algorithm && part.checksum.value === child.text);
  });
}

/** S3 asks for the checksums of all parts where the object's is made of them. */
function checkNamesChecksum({ checksum }: Upload, element: XmlElement, partNumber: number): void {
  if (checksum?.type !== 'COMPOSITE' || element.children.some(({ name }) => name === `Checksum${checksum.algorithm.toUpperCase()}`)) return;
  throw s3Error(
    'InvalidRequest',
    {},
    `The upload was created using a ${checksum.algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
  );
}

interface Joining {
  readonly parts: readonly PartRecord[];
  readonly draft: DraftFile;
  readonly whole: Checksum | undefined;
}

async function joinParts(bucket: Bucket, upload: Upload, { parts, draft, whole }: Joining): Promise<void> {
  for (const part of parts) {
    const handle = await bucket.uploads.openPart(upload.uploadId, part.partNumber);
    for await (const chunk of readRange(handle, 0, part.size)) {
      whole?.update(chunk);
      await draft.write(chunk);
    }
  }
}

/** The MD5 of the parts' MD5s, and how many they are. */
function joinedEtag(parts: readonly PartRecord[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.md5Hex, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

function objectChecksum(upload: Upload, parts: readonly PartRecord[], whole: Checksum | undefined): StoredChecksum | undefined {
  if (!upload.checksum) return undefined;
  const { algorithm } = upload.checksum;
  return whole ? { algorithm, value: whole.digest().toString('base64'), type: 'FULL_OBJECT' } : compositeChecksum(algorithm, parts);
}

/** The checksum of the parts' checksums, and how many they are. */
function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly PartRecord[]): StoredChecksum {
  const checksum = createChecksum(algorithm);
  for (const part of parts) checksum.update(Buffer.from(part.checksum!.value, 'base64'));
  return { algorithm, value: `${checksum.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}
