/**
 * The AWS JSON 1.0 and 1.1 envelopes: `X-Amz-Target: Prefix.Operation`, a JSON object each way, errors named by `__type`.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html - error shapes are also named in `x-amzn-errortype`, which
 * is where REST-JSON clients look. Event streams are not part of it.
 */
import { crc32 } from 'node:zlib';
import type { SignatureResult } from '../parts.js';
import type { AwsError } from './aws-error.js';
import type { WireResponse } from './wire-handler.js';

/** `content-type` of the two versions. */
export type JsonContentType = 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1' | 'application/json';

/** How JSON protocols name the reasons that a signature fails for. */
export const signatureErrors: Readonly<Record<Extract<SignatureResult, { ok: false }>['code'], string>> = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  RequestExpired: 'InvalidSignatureException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
};

/** Prefix and operation of an `X-Amz-Target` header, `undefined` when it has not exactly two parts. */
export function readTarget(header: string | string[] | undefined): { readonly prefix: string; readonly operation: string } | undefined {
  const match = typeof header === 'string' ? /^([^.]+)\.([^.]+)$/.exec(header) : null;
  return match ? { prefix: match[1]!, operation: match[2]! } : undefined;
}

/** The JSON object of a body, `undefined` when it is not one: the service answers `SerializationException`. */
export function readJsonObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A successful answer; carries `x-amz-crc32` as DynamoDB does. */
export function jsonResponse(value: unknown, contentType: JsonContentType): WireResponse {
  return withChecksum(200, JSON.stringify(value), contentType, {});
}

/** An error answer. `namespace` goes in front of `#Code` in `__type`. */
export function jsonErrorResponse(error: AwsError, contentType: JsonContentType, namespace?: string): WireResponse {
  const type = namespace ? `${namespace}#${error.code}` : error.code;
  const body = JSON.stringify({ __type: type, message: error.message, ...error.members });
  return withChecksum(error.statusCode, body, contentType, { ...error.headers, 'x-amzn-errortype': error.code });
}

function withChecksum(statusCode: number, body: string, contentType: JsonContentType, headers: Record<string, string>): WireResponse {
  return { statusCode, body, headers: { 'content-type': contentType, 'x-amz-crc32': String(crc32(body)), ...headers } };
}
