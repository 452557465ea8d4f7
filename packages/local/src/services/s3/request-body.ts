/**
 * Takes in the body of an upload: decodes `aws-chunked`, passes the bytes on as they come, and in the end compares length, MD5,
 * SHA-256 and checksum with what the request declared in headers or trailers. Nothing is kept in memory.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
import { createHash } from 'node:crypto';
import { ChunkedEncodingError, decodeAwsChunked } from '../../wire/aws-chunked.js';
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumAlgorithm, checksumBytes, createChecksum } from '../../wire/checksum.js';
import { s3Error } from './errors.js';

/** One header of a request; presigned URLs may carry `x-amz-*` in the query instead. */
export type HeaderReader = (name: string) => string | undefined;

/** What a request says about its body. */
export interface BodyDeclaration {
  /** Length after decoding, `undefined` when not declared. */
  readonly contentLength: number | undefined;
  readonly awsChunked: boolean;
  readonly sha256Hex: string | undefined;
  readonly md5: Buffer | undefined;
  readonly checksum: DeclaredChecksum | undefined;
}

interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `undefined` when it comes in the trailer. */
  readonly value: string | undefined;
}

/** What arrived. */
export interface BodyFacts {
  readonly size: number;
  readonly md5Hex: string;
  /** Set when a checksum was declared or asked for. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** S3's limit for one PUT and for one part: 5 GB. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

/** Reads the declaration; ends in `InvalidDigest`, `InvalidRequest`, `NotImplemented` or `EntityTooLarge`. */
export function readBodyDeclaration(header: HeaderReader): BodyDeclaration {
  const payload = header('x-amz-content-sha256') ?? '';
  if (payload.startsWith('STREAMING-') && payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw s3Error(
      'NotImplemented',
      { Header: 'x-amz-content-sha256' },
      `Signed chunks (${payload}) are not supported here; send the hash of the body or UNSIGNED-PAYLOAD.`,
    );
  }
  const awsChunked = payload.startsWith('STREAMING-') || (header('content-encoding') ?? '').includes('aws-chunked');
  const length = header('x-amz-decoded-content-length') ?? (awsChunked ? undefined : header('content-length'));
  if (length !== undefined && !/^\d+$/.test(length))
    throw s3Error('InvalidArgument', {}, `Content length must be a number, got "${length}"`);
  if (Number(length) > MAX_UPLOAD_BYTES)
    throw s3Error('EntityTooLarge', { ProposedSize: Number(length), MaxSizeAllowed: MAX_UPLOAD_BYTES });
  return {
    contentLength: length === undefined ? undefined : Number(length),
    awsChunked,
    sha256Hex: /^[0-9a-f]{64}$/.test(payload) ? payload : undefined,
    md5: declaredMd5(header('content-md5')),
    checksum: declaredChecksum(header),
  };
}

/**
 * Streams a body to `write` and verifies it.
 * @param wanted computed also when the request declares none, for the parts of an upload with an algorithm
 */
export async function receiveBody(
  source: AsyncIterable<Buffer>,
  declared: BodyDeclaration,
  options: { readonly write: (chunk: Buffer) => Promise<void>; readonly wanted?: ChecksumAlgorithm | undefined },
): Promise<BodyFacts> {
  const trailers = new Map<string, string>();
  const md5 = createHash('md5');
  const sha256 = declared.sha256Hex === undefined ? undefined : createHash('sha256');
  const algorithm = declared.checksum?.algorithm ?? options.wanted;
  const checksum = algorithm && createChecksum(algorithm);
  let size = 0;
  try {
    for await (const chunk of declared.awsChunked ? decodeAwsChunked(source, trailers) : source) {
      size += chunk.length;
      if (size > MAX_UPLOAD_BYTES) throw s3Error('EntityTooLarge', { ProposedSize: size, MaxSizeAllowed: MAX_UPLOAD_BYTES });
      md5.update(chunk);
      sha256?.update(chunk);
      checksum?.update(chunk);
      await options.write(chunk);
    }
  } catch (error) {
    throw error instanceof ChunkedEncodingError
      ? s3Error('IncompleteBody', {}, `The aws-chunked body is malformed: ${error.message}`)
      : error;
  }
  if (declared.contentLength !== undefined && declared.contentLength !== size) throw s3Error('IncompleteBody');
  if (sha256 && sha256.digest('hex') !== declared.sha256Hex) throw s3Error('XAmzContentSHA256Mismatch');
  const md5Bytes = md5.digest();
  if (declared.md5 && !declared.md5.equals(md5Bytes)) throw s3Error('BadDigest');
  const value = checksum?.digest().toString('base64');
  if (declared.checksum) compareChecksum(declared.checksum, value!, trailers);
  return { size, md5Hex: md5Bytes.toString('hex'), checksum: algorithm && value ? { algorithm, value } : undefined };
}

function compareChecksum(declared: DeclaredChecksum, computed: string, trailers: ReadonlyMap<string, string>): void {
  const { algorithm } = declared;
  const expected = declared.value ?? trailers.get(`x-amz-checksum-${algorithm}`);
  if (expected === undefined) throw s3Error('InvalidRequest', {}, `The trailer x-amz-checksum-${algorithm} was announced but not sent.`);
  if (expected !== computed) {
    throw s3Error('BadDigest', {}, `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
  }
}

function declaredMd5(header: string | undefined): Buffer | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'base64');
  if (bytes.length !== 16) throw s3Error('InvalidDigest');
  return bytes;
}

function declaredChecksum(header: HeaderReader): DeclaredChecksum | undefined {
  const given = CHECKSUM_ALGORITHMS.filter((algorithm) => header(`x-amz-checksum-${algorithm}`) !== undefined);
  if (given.length > 1)
    throw s3Error('InvalidRequest', {}, 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  if (given[0]) return { algorithm: given[0], value: checkedValue(given[0], header(`x-amz-checksum-${given[0]}`)!) };
  const trailer = header('x-amz-trailer')?.toLowerCase();
  if (trailer === undefined) return undefined;
  const algorithm = checksumAlgorithm(trailer.replace(/^x-amz-checksum-/, ''));
  if (!algorithm) throw s3Error('InvalidRequest', {}, 'The value specified in the x-amz-trailer header is not supported');
  return { algorithm, value: undefined };
}

function checkedValue(algorithm: ChecksumAlgorithm, value: string): string {
  if (Buffer.from(value, 'base64').length === checksumBytes(algorithm)) return value;
  throw s3Error('InvalidRequest', {}, `Value for x-amz-checksum-${algorithm} header is invalid.`);
}
