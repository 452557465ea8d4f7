/**
 * Verifies SigV4 signatures of received requests, as headers and as presigned URLs, with AWS's error codes and messages.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html; S3's own rules are in
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html. Chunk signatures
 * (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`) are not verified, SigV4a is not supported, and policies are not evaluated here.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, CredentialStore, SignatureResult, SignedRequest, VerifySignature } from '../parts.js';
import { canonicalRequest, signText, stringToSign } from './canonical-request.js';
import { readSignature, type SignatureParts } from './signature-parts.js';

const SKEW_MS = 15 * 60_000;

type Failure = Extract<SignatureResult, { ok: false }>;

/** S3's sentence for `x-amz-*` headers that are sent but not signed; S3 answers it as `AccessDenied`. */
export const UNSIGNED_HEADERS_MESSAGE = 'There were headers present in the request which were not signed';

const EXPIRED_TOKEN_MESSAGE = 'The security token included in the request is expired';

/**
 * A verifier over the keys of a store. With `body` its hash must be the signed one; without it, the declared
 * `x-amz-content-sha256` is taken on trust and the caller has to compare it while it reads the body.
 */
export function createVerifier(credentials: CredentialStore, clock: Clock): VerifySignature {
  return (request) => {
    const reading = readSignature(request);
    switch (reading.kind) {
      case 'unsigned':
        return failure('MissingAuthenticationToken', 'Request is missing Authentication Token');
      case 'incomplete':
        return failure('IncompleteSignature', reading.message);
      case 'signed':
        return verify(request, reading.parts, credentials, clock.now());
      default:
        return reading satisfies never;
    }
  };
}

function verify(request: SignedRequest, parts: SignatureParts, credentials: CredentialStore, nowMs: number): SignatureResult {
  const known = credentials.find(parts.accessKeyId);
  if (!known) return failure('InvalidClientTokenId', unknownKeyMessage(parts.service));
  const late = timeProblem(parts, nowMs);
  if (late) return failure('RequestExpired', late);
  if (!parts.timestamp.startsWith(parts.scopeDate)) return failure('SignatureDoesNotMatch', scopeDateMessage(parts));
  if (!parts.signedHeaders.includes('host'))
    return failure('SignatureDoesNotMatch', "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  if (parts.service === 's3' && unsignedAmzHeader(request, parts)) return failure('SignatureDoesNotMatch', UNSIGNED_HEADERS_MESSAGE);

  const payloadHash = signedPayloadHash(request, parts);
  const text = stringToSign(parts, canonicalRequest(request, parts, payloadHash));
  const { secretAccessKey, sessionToken } = known.credentials;
  if (!sameText(signText(secretAccessKey, parts, text), parts.signature))
    return failure('SignatureDoesNotMatch', mismatchMessage(parts.service));
  if ((sessionToken ?? '') !== (parts.sessionToken ?? '')) return failure('InvalidClientTokenId', tokenMessage(parts.service));
  if (known.expiresAtMs !== undefined && nowMs >= known.expiresAtMs) return failure('ExpiredToken', EXPIRED_TOKEN_MESSAGE);
  if (!bodyMatches(request, payloadHash)) return failure('SignatureDoesNotMatch', mismatchMessage(parts.service));
  return { ok: true, principal: known.principal, service: parts.service, region: parts.region, presigned: parts.presigned };
}

/** The last line of the canonical request: what the client declared, or for services that declare nothing the hash of the body. */
function signedPayloadHash(request: SignedRequest, parts: SignatureParts): string {
  const declared = request.headers['x-amz-content-sha256'];
  if (parts.service === 's3' && parts.presigned) return presignedPayloadHash(request, parts);
  if (typeof declared === 'string') return declared;
  return sha256Hex(request.body ?? new Uint8Array());
}

/** A presigned S3 URL signs `UNSIGNED-PAYLOAD`, unless the hash was among what was signed. */
function presignedPayloadHash(request: SignedRequest, parts: SignatureParts): string {
  const header = request.headers['x-amz-content-sha256'];
  if (typeof header === 'string' && parts.signedHeaders.includes('x-amz-content-sha256')) return header;
  const hoisted = /[?&]X-Amz-Content-Sha256=([^&]+)/i.exec(request.url);
  return hoisted ? hoisted[1]! : 'UNSIGNED-PAYLOAD';
}

function bodyMatches(request: SignedRequest, payloadHash: string): boolean {
  return request.body === undefined || !/^[0-9a-f]{64}$/.test(payloadHash) || sha256Hex(request.body) === payloadHash;
}

function unsignedAmzHeader(request: SignedRequest, parts: SignatureParts): boolean {
  return Object.keys(request.headers).some((name) => name.startsWith('x-amz-') && !parts.signedHeaders.includes(name));
}

/** The error text when a request is outside its time, by the rule of its service. */
function timeProblem(parts: SignatureParts, nowMs: number): string | undefined {
  const signedMs = parseTimestamp(parts.timestamp);
  if (parts.presigned && parts.expiresSeconds !== undefined) {
    if (nowMs > signedMs + parts.expiresSeconds * 1000) return 'Request has expired';
    return signedMs > nowMs + SKEW_MS ? 'Request is not yet valid' : undefined;
  }
  if (Math.abs(nowMs - signedMs) <= SKEW_MS) return undefined;
  if (parts.service === 's3') return 'The difference between the request time and the current time is too large.';
  const now = basic(nowMs);
  return signedMs < nowMs
    ? `Signature expired: ${parts.timestamp} is now earlier than ${basic(nowMs - SKEW_MS)} (${now} - 15 min.)`
    : `Signature not yet current: ${parts.timestamp} is still later than ${basic(nowMs + SKEW_MS)} (${now} + 15 min.)`;
}

function parseTimestamp(text: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)!;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

function basic(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}

function unknownKeyMessage(service: string): string {
  return service === 's3'
    ? 'The AWS Access Key Id you provided does not exist in our records.'
    : 'The security token included in the request is invalid.';
}

function tokenMessage(service: string): string {
  return service === 's3'
    ? 'The provided token is malformed or otherwise invalid.'
    : 'The security token included in the request is invalid.';
}

function mismatchMessage(service: string): string {
  const common = 'The request signature we calculated does not match the signature you provided.';
  return service === 's3'
    ? `${common} Check your key and signing method.`
    : `${common} Check your AWS Secret Access Key and signing method. Consult the service documentation for details.`;
}

function scopeDateMessage(parts: SignatureParts): string {
  const day = parts.timestamp.slice(0, 8);
  return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${parts.scopeDate}' != '${day}', from '${parts.timestamp}'.`;
}

function sha256Hex(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function failure(code: Failure['code'], message: string): Failure {
  return { ok: false, code, message };
}
