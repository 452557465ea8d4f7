/**
 * Uploads straight to a bucket, as procedures of a service: `service('files', { ...upload({ accept, maxBytes }), … })`. The client's
 * `./files` is made for them, and `uploadHandlers` of the server implements them. A file is there once all of it is, and no sooner.
 *
 * - up to 50 MB in one request: `upload`, a PUT, `uploaded`;
 * - larger ones in parts that can be resumed: `beginUpload`, `signParts`, a PUT per part, `completeUpload`; `listParts` says what arrived.
 */

import * as z from 'zod';
import { error } from '../dsl/declared-error.js';
import { type Auth, mutation, query } from '../dsl/procedure.js';
import type { RouteOptions } from '../dsl/route.js';
import { acceptedTypes, type UploadLimits } from './limits.js';
import type { UploadProcedures } from './procedures.js';
import { FileKey, FileName, MediaType, MissingFile, OtherSize, PartNumber, Sha256, SignedHeaders, UploadedFile } from './schemas.js';

/** What an upload in one request may weigh. */
export const MAX_ONE_REQUEST_BYTES = 50_000_000;

/** What a service may upload, and who. */
export interface UploadDefinition extends UploadLimits {
  /** @default 'user' */
  readonly auth?: Auth;
  /** Path of the routes for clients that are not ours: `/files`. @default no routes */
  readonly rest?: `/${string}`;
}

/**
 * The procedures of a service's uploads.
 *
 * @throws TypeError for a malformed `accept`
 */
export function upload<const TDefinition extends UploadDefinition>(
  definition: TDefinition,
): UploadProcedures<{ readonly accept: TDefinition['accept']; readonly maxBytes: TDefinition['maxBytes'] }> {
  const { accept, maxBytes, auth = 'user', rest } = definition;
  const limits = { accept, maxBytes };
  const route = (method: 'GET' | 'POST' | 'DELETE', path: string, status: 200 | 201 = 200): { rest?: RouteOptions } =>
    rest === undefined ? {} : { rest: { route: `${method} ${rest}${path}`, status } };
  // A wrong one fails here; the schemas are made when they are needed.
  acceptedTypes(accept);
  const NOT_FOUND = MissingFile;
  const WRONG_SIZE = error('CONFLICT', OtherSize);
  const file = () => ({ name: FileName(), contentType: MediaType(limits) });
  const whole = mutation({
    auth,
    summary: 'A signed URL to PUT one file to, good for ten minutes; with a checksum the bucket refuses any other content',
    input: () => z.object({ ...file(), bytes: z.int().min(1).max(Math.min(maxBytes, MAX_ONE_REQUEST_BYTES)), sha256: Sha256().optional() }),
    output: () => z.object({ key: z.string(), url: z.url(), headers: SignedHeaders(), expiresAtMs: z.int() }),
    ...route('POST', '', 201),
  });
  const inParts = mutation({
    auth,
    summary: 'Begins an upload in parts; it can be resumed for a week',
    input: () =>
      z.object({
        ...file(),
        bytes: z.int().min(1).max(maxBytes),
        /** The bucket takes no part without the checksum that its URL was signed for. */
        checksums: z.boolean().optional(),
      }),
    /** Every part has `partBytes`, but for the last, which has the rest. */
    output: () => z.object({ key: z.string(), partBytes: z.int().positive(), parts: PartNumber() }),
    ...route('POST', '/uploads', 201),
  });
  return {
    upload: { ...whole, limits },
    uploaded: mutation({
      auth,
      summary: 'Says that a PUT or POST went through: the file is checked and told about',
      idempotent: true,
      input: () => z.object({ key: FileKey() }),
      output: UploadedFile,
      errors: { NOT_FOUND, WRONG_SIZE },
      ...route('POST', '/{key}/uploaded'),
    }),
    beginUpload: { ...inParts, limits },
    signParts: query({
      auth,
      summary: 'Signed URLs to PUT parts to, good for ten minutes',
      input: () =>
        z.object({
          key: FileKey(),
          part: z.array(PartNumber()).min(1).max(50),
          /** Of an upload with checksums, one for each part. */
          sha256: z.array(Sha256()).max(50).optional(),
        }),
      output: () =>
        z.object({
          parts: z.array(
            z.object({ part: z.int(), bytes: z.int().positive(), url: z.url(), headers: SignedHeaders(), expiresAtMs: z.int() }),
          ),
        }),
      errors: {
        NOT_FOUND,
        /** The upload has fewer parts. */
        NO_SUCH_PART: error('BAD_REQUEST', () => z.object({ key: z.string(), parts: z.int() })),
        /** An upload with checksums needs that of every part. */
        CHECKSUMS_MISSING: error('BAD_REQUEST', MissingFile),
      },
      ...route('GET', '/{key}/upload/urls'),
    }),
    listParts: query({
      auth,
      summary: 'What of an upload in parts has arrived, and what is missing',
      input: () => z.object({ key: FileKey() }),
      output: () =>
        z.object({
          partBytes: z.int().positive(),
          parts: z.int().positive(),
          arrived: z.array(z.int()),
          missing: z.array(z.int()),
          /** Of the parts that arrived, in their order, where the upload has checksums. */
          sha256: z.array(z.string()).optional(),
        }),
      errors: { NOT_FOUND },
      ...route('GET', '/{key}/upload'),
    }),
    completeUpload: mutation({
      auth,
      summary: 'Makes the file of its parts, checks it and tells about it',
      idempotent: true,
      input: () => z.object({ key: FileKey() }),
      output: UploadedFile,
      errors: {
        NOT_FOUND,
        WRONG_SIZE,
        /** The upload stays and can be resumed; a part of a wrong size counts as missing. */
        PARTS_MISSING: error('CONFLICT', () => z.object({ key: z.string(), missing: z.array(z.int()) })),
      },
      ...route('POST', '/{key}/upload'),
    }),
    abortUpload: mutation({
      auth,
      summary: 'Gives an upload up and removes what arrived',
      idempotent: true,
      input: () => z.object({ key: FileKey() }),
      output: MissingFile,
      errors: { NOT_FOUND },
      ...route('DELETE', '/{key}/upload'),
    }),
  };
}
