/**
 * Where files are kept.
 */

import { bucket, table } from '@org/gateway-server/service';
import * as z from 'zod';

/** What was asked to be uploaded; the object's presence says whether it was. */
const FileItem = () =>
  z.object({
    key: z.string(),
    /** Always `files`: the partition of the index over all of them. */
    collection: z.literal('files'),
    name: z.string(),
    contentType: z.string(),
    /** Of the file, or with a form the most it may have. */
    bytes: z.int(),
    /** Whether `bytes` is a limit and not the size. */
    upTo: z.boolean().optional(),
    /** S3's id of an upload in parts. */
    uploadId: z.string().optional(),
    /** Whether its parts have checksums. */
    checksums: z.boolean().optional(),
    requestedAtMs: z.int(),
    /** `requestedAtMs` in 15 digits and the key: sorts by time, unique. */
    changeKey: z.string(),
  });

export type FileItem = z.output<ReturnType<typeof FileItem>>;

export const Files = table('Files', {
  item: FileItem,
  partitionKey: 'key',
  indexes: { byChange: { partitionKey: 'collection', sortKey: 'changeKey' } },
});

export const Uploads = bucket('Uploads', { browserUploads: true });
