/**
 * The files service: what it uses. Data only, read by infra for permissions.
 */

import { files } from '@org/gateway-contract';
import { bucket, defineService, table } from '@org/gateway-server/service';
import * as z from 'zod';

/** What was asked to be uploaded; the object's presence says whether it was. */
const FileItem = () =>
  z.object({
    key: z.string(),
    /** Always `files`: the partition of the index over all of them. */
    collection: z.literal('files'),
    name: z.string(),
    contentType: z.string(),
    bytes: z.int(),
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

export const filesService = defineService(files, {
  uses: {
    table: Files.allow('get', 'put', 'delete', 'query'),
    uploads: Uploads.allowUnder('files/', 'head', 'put', 'delete', 'presignGet', 'presignPut'),
  },
});
