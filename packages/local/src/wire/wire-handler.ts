/**
 * The shape of one AWS API call after its signature was checked, for services whose bodies fit in memory (DynamoDB, Lambda).
 * S3 does not use it: its bodies stream.
 */
import type { Principal, SignatureResult } from '../parts.js';

/** A verified request. `headers` has lower-case names; `url` is path and query as received. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly principal: Principal;
  /** The region that the request was signed for. */
  readonly region?: string;
}

/** What goes back over HTTP. The endpoint adds `content-length` and `x-amzn-requestid`. */
export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  /** Pieces are sent as they come, without `content-length`; one that throws cuts the connection. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Answers one verified call. A rejection becomes an `InternalServerError` of status 500 and an error line in the journal. */
export type WireHandler = (request: WireRequest) => Promise<WireResponse>;

/** A request as it came, with what its signature says: for services that also take callers without one. */
export interface OpenRequest extends Omit<WireRequest, 'principal'> {
  readonly signature: SignatureResult;
}

/** Answers requests to its own paths, signed or not, and says itself what a missing or a bad signature means. */
export type OpenHandler = (request: OpenRequest) => Promise<WireResponse>;
