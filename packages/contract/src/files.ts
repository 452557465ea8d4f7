/**
 * Files: uploads go straight to the bucket, small ones may come through the gateway itself. A file is there once all of it is, and no
 * sooner. Everybody may read; whoever is signed in may write.
 *
 * Uploads are those of `@org/gateway-core/upload`; a `form` (POST, up to a size) ends with `uploaded` too.
 */

import { error, mutation, query, service } from '@org/gateway-core';
import { FileKey, FileName, MAX_ONE_REQUEST_BYTES, MediaType, MissingFile, UploadedFile, upload } from '@org/gateway-core/upload';
import * as z from 'zod';

/** What an upload in one request may weigh. */
export const MAX_UPLOAD_BYTES = MAX_ONE_REQUEST_BYTES;

/** What an upload in parts may weigh. */
export const MAX_MULTIPART_BYTES = 5_000_000_000;

/** What `content` answers at most: as base64 text it fits what a Lambda can answer. */
export const MAX_RANGE_BYTES = 3_000_000;

const LIMITS = { accept: ['*/*'], maxBytes: MAX_MULTIPART_BYTES } as const;
const ContentType = () => MediaType(LIMITS);
const Missing = MissingFile;

export const files = service('files', {
  ...upload({ ...LIMITS, auth: 'user', rest: '/files' }),

  form: mutation({
    summary: 'A signed form to POST one file of this type and at most this size with, good for ten minutes',
    auth: 'user',
    input: () => z.object({ name: FileName(), contentType: ContentType(), maxBytes: z.int().min(1).max(MAX_UPLOAD_BYTES) }),
    /** The form is the fields, and then `file`. */
    output: () => z.object({ key: z.string(), url: z.url(), fields: z.record(z.string(), z.string()), expiresAtMs: z.int() }),
    rest: { route: 'POST /files/forms', status: 201 },
  }),

  put: mutation({
    summary: 'Stores a small file through the gateway',
    auth: 'user',
    input: () =>
      z.object({ name: FileName(), contentType: ContentType(), /** At most 3 MB, as base64 text. */ content: z.base64().max(4_000_000) }),
    output: UploadedFile,
    rest: { route: 'POST /files/{name}/content', headers: { 'content-type': 'contentType' }, body: 'content', status: 201 },
  }),

  list: query({
    summary: 'Uploaded files, a page at a time',
    auth: 'public',
    input: () => z.object({ limit: z.int().min(1).max(100).default(20), cursor: z.string().max(2_000).optional() }),
    output: () => z.object({ items: z.array(UploadedFile()), nextCursor: z.string().nullable() }),
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
    output: () => UploadedFile().extend({ url: z.url(), expiresAtMs: z.int() }),
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
    auth: 'user',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: () => z.object({ key: z.string() }),
    errors: { NOT_FOUND: Missing },
    rest: 'DELETE /files/{key}',
  }),
});
