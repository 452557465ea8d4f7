/**
 * Files: uploads go straight to the bucket, small ones may come through the gateway itself. A file is there once all of it is, and no
 * sooner.
 *
 * - up to 50 MB in one request: `upload` (PUT, exactly this size) or `form` (POST, up to a size), then `uploaded`;
 * - up to 5 GB in parts that can be resumed: `beginUpload`, `signParts`, a PUT per part, `completeUpload`; `listParts` says what arrived.
 */

import { error, mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';

const FileName = () => z.string().regex(/^[^\\/\p{Cc}]{1,200}$/u, 'expected 1 to 200 characters without slashes or control characters');
const FileKey = () => z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the key an upload answered with');
const ContentType = () => z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'expected a media type such as image/png');
const Sha256 = () => z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected a SHA-256 as base64, 44 characters');

/** What an upload in one request may weigh. */
export const MAX_UPLOAD_BYTES = 50_000_000;

/** What an upload in parts may weigh. */
export const MAX_MULTIPART_BYTES = 5_000_000_000;

/** What `content` answers at most: as base64 text it fits what a Lambda can answer. */
export const MAX_RANGE_BYTES = 3_000_000;

const FileInfo = () =>
  z.object({ key: z.string(), name: z.string(), contentType: z.string(), bytes: z.int().nonnegative(), uploadedAtMs: z.int() });
const Missing = () => z.object({ key: z.string() });
/** What arrived was not what was asked for; it has been removed. */
const WrongSize = error('CONFLICT', () => z.object({ key: z.string(), bytes: z.int(), expected: z.int() }));
/** Headers that a request to a signed URL must carry, or the signature does not match. */
const Headers = () => z.record(z.string(), z.string());
/** From 1. */
const PartNumber = () => z.int().min(1).max(10_000);

export const files = service('files', {
  upload: mutation({
    summary: 'A signed URL to PUT one file to, good for ten minutes; with a checksum the bucket refuses any other content',
    auth: 'public',
    input: () =>
      z.object({
        name: FileName(),
        contentType: ContentType(),
        bytes: z.int().min(1).max(MAX_UPLOAD_BYTES),
        sha256: Sha256().optional(),
      }),
    output: () => z.object({ key: z.string(), url: z.url(), headers: Headers(), expiresAtMs: z.int() }),
    rest: { route: 'POST /files', status: 201 },
  }),

  form: mutation({
    summary: 'A signed form to POST one file of this type and at most this size with, good for ten minutes',
    auth: 'public',
    input: () => z.object({ name: FileName(), contentType: ContentType(), maxBytes: z.int().min(1).max(MAX_UPLOAD_BYTES) }),
    /** The form is the fields, and then `file`. */
    output: () => z.object({ key: z.string(), url: z.url(), fields: z.record(z.string(), z.string()), expiresAtMs: z.int() }),
    rest: { route: 'POST /files/forms', status: 201 },
  }),

  uploaded: mutation({
    summary: 'Says that a PUT or POST went through: the file is checked and told about',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: FileInfo,
    errors: { NOT_FOUND: Missing, WRONG_SIZE: WrongSize },
    rest: 'POST /files/{key}/uploaded',
  }),

  put: mutation({
    summary: 'Stores a small file through the gateway',
    auth: 'public',
    input: () =>
      z.object({ name: FileName(), contentType: ContentType(), /** At most 3 MB, as base64 text. */ content: z.base64().max(4_000_000) }),
    output: FileInfo,
    rest: { route: 'POST /files/{name}/content', headers: { 'content-type': 'contentType' }, body: 'content', status: 201 },
  }),

  beginUpload: mutation({
    summary: 'Begins an upload in parts; it can be resumed for a week',
    auth: 'public',
    input: () => z.object({ name: FileName(), contentType: ContentType(), bytes: z.int().min(1).max(MAX_MULTIPART_BYTES) }),
    /** Every part has `partBytes`, but for the last, which has the rest. */
    output: () => z.object({ key: z.string(), partBytes: z.int().positive(), parts: PartNumber() }),
    rest: { route: 'POST /files/uploads', status: 201 },
  }),

  signParts: query({
    summary: 'Signed URLs to PUT parts to, good for ten minutes',
    auth: 'public',
    input: () => z.object({ key: FileKey(), part: z.array(PartNumber()).min(1).max(50) }),
    output: () =>
      z.object({
        parts: z.array(z.object({ part: z.int(), bytes: z.int().positive(), url: z.url(), headers: Headers(), expiresAtMs: z.int() })),
      }),
    errors: {
      NOT_FOUND: Missing,
      /** The upload has fewer parts. */
      NO_SUCH_PART: error('BAD_REQUEST', () => z.object({ key: z.string(), parts: z.int() })),
    },
    rest: 'GET /files/{key}/upload/urls',
  }),

  listParts: query({
    summary: 'What of an upload in parts has arrived, and what is missing',
    auth: 'public',
    input: () => z.object({ key: FileKey() }),
    output: () =>
      z.object({ partBytes: z.int().positive(), parts: z.int().positive(), arrived: z.array(z.int()), missing: z.array(z.int()) }),
    errors: { NOT_FOUND: Missing },
    rest: 'GET /files/{key}/upload',
  }),

  completeUpload: mutation({
    summary: 'Makes the file of its parts, checks it and tells about it',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: FileInfo,
    errors: {
      NOT_FOUND: Missing,
      WRONG_SIZE: WrongSize,
      /** The upload stays and can be resumed; a part of a wrong size counts as missing. */
      PARTS_MISSING: error('CONFLICT', () => z.object({ key: z.string(), missing: z.array(z.int()) })),
    },
    rest: 'POST /files/{key}/upload',
  }),

  abortUpload: mutation({
    summary: 'Gives an upload in parts up and removes what arrived',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: () => z.object({ key: z.string() }),
    errors: { NOT_FOUND: Missing },
    rest: 'DELETE /files/{key}/upload',
  }),

  list: query({
    summary: 'Uploaded files, a page at a time',
    auth: 'public',
    input: () => z.object({ limit: z.int().min(1).max(100).default(20), cursor: z.string().max(2_000).optional() }),
    output: () => z.object({ items: z.array(FileInfo()), nextCursor: z.string().nullable() }),
    rest: 'GET /files',
  }),

  usage: query({
    summary: 'How much is stored',
    auth: 'public',
    output: () =>
      z.object({
        files: z.int().nonnegative(),
        bytes: z.int().nonnegative(),
        /** False when there is more than was counted: 10,000 files. */
        complete: z.boolean(),
      }),
    rest: 'GET /usage',
  }),

  get: query({
    summary: 'Where to download a file, good for ten minutes',
    auth: 'public',
    input: () => z.object({ key: FileKey() }),
    output: () => FileInfo().extend({ url: z.url(), expiresAtMs: z.int() }),
    errors: { NOT_FOUND: Missing },
    rest: 'GET /files/{key}',
  }),

  content: query({
    summary: 'Bytes of a file, both ends included and counted from 0; at most 3 MB at a time',
    auth: 'public',
    input: () => z.object({ key: FileKey(), from: z.int().nonnegative().default(0), to: z.int().nonnegative().optional() }),
    output: () =>
      z.object({
        contentType: z.string(),
        /** Of the whole file. */
        bytes: z.int().nonnegative(),
        from: z.int().nonnegative(),
        /** The last byte that is here. */
        to: z.int().nonnegative(),
        content: z.base64(),
      }),
    errors: { NOT_FOUND: Missing, OUT_OF_RANGE: error('BAD_REQUEST', () => z.object({ key: z.string(), bytes: z.int() })) },
    rest: 'GET /files/{key}/content',
  }),

  remove: mutation({
    summary: 'Deletes a file, or cancels its upload',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: () => z.object({ key: z.string() }),
    errors: { NOT_FOUND: Missing },
    rest: 'DELETE /files/{key}',
  }),
});
