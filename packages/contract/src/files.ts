/**
 * Files: uploads go straight to the bucket with a signed URL, small ones may come through the gateway itself.
 */

import { mutation, query, service } from '@org/gateway-core';
import * as z from 'zod';

const FileName = () => z.string().regex(/^[^\\/\p{Cc}]{1,200}$/u, 'expected 1 to 200 characters without slashes or control characters');
const FileKey = () => z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the key an upload answered with');
const ContentType = () => z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'expected a media type such as image/png');

/** What an upload may weigh: the signed URL is only good for exactly the size it was asked for. */
export const MAX_UPLOAD_BYTES = 50_000_000;

const FileInfo = () =>
  z.object({ key: z.string(), name: z.string(), contentType: z.string(), bytes: z.int().nonnegative(), uploadedAtMs: z.int() });

export const files = service('files', {
  upload: mutation({
    summary: 'A signed URL to PUT one file to, good for ten minutes',
    auth: 'public',
    input: () => z.object({ name: FileName(), contentType: ContentType(), bytes: z.int().min(1).max(MAX_UPLOAD_BYTES) }),
    output: () =>
      z.object({
        key: z.string(),
        url: z.url(),
        /** Headers the PUT must carry, or the signature does not match. */
        headers: z.record(z.string(), z.string()),
        expiresAtMs: z.int(),
      }),
    rest: { route: 'POST /files', status: 201 },
  }),

  put: mutation({
    summary: 'Stores a small file through the gateway',
    auth: 'public',
    input: () =>
      z.object({ name: FileName(), contentType: ContentType(), /** At most 3 MB, as base64 text. */ content: z.base64().max(4_000_000) }),
    output: FileInfo,
    rest: { route: 'POST /files/{name}/content', headers: { 'content-type': 'contentType' }, body: 'content', status: 201 },
  }),

  list: query({
    summary: 'Uploaded files, a page at a time',
    auth: 'public',
    input: () => z.object({ limit: z.int().min(1).max(100).default(20), cursor: z.string().max(2_000).optional() }),
    output: () => z.object({ items: z.array(FileInfo()), nextCursor: z.string().nullable() }),
    rest: 'GET /files',
  }),

  get: query({
    summary: 'Where to download a file, good for ten minutes',
    auth: 'public',
    input: () => z.object({ key: FileKey() }),
    output: () => FileInfo().extend({ url: z.url(), expiresAtMs: z.int() }),
    errors: { NOT_FOUND: () => z.object({ key: z.string() }) },
    rest: 'GET /files/{key}',
  }),

  remove: mutation({
    summary: 'Deletes a file',
    auth: 'public',
    idempotent: true,
    input: () => z.object({ key: FileKey() }),
    output: () => z.object({ key: z.string() }),
    errors: { NOT_FOUND: () => z.object({ key: z.string() }) },
    rest: 'DELETE /files/{key}',
  }),
});
