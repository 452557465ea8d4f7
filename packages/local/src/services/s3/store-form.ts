/** Keeps the file of a browser's form in a bucket of this stage. */
import type { S3Call } from './call.js';
import type { ObjectRecord } from './object-file.js';
import { uploadHeaders, uploadMetadata } from './object-headers.js';
import type { FormUpload } from './post-object.js';
import { receiveBody } from './request-body.js';

/** Resolves with the ETag in quotes. */
export async function storeForm(call: S3Call, { key, fields, file, declared, checkSize }: FormUpload): Promise<string> {
  const bucket = call.bucket();
  const draft = await bucket.draft();
  try {
    const { size, md5Hex, checksum } = await receiveBody(file, declared, { write: draft.write });
    checkSize(size);
    const record: ObjectRecord = {
      key,
      size,
      etag: md5Hex,
      lastModifiedMs: call.clock.now(),
      headers: uploadHeaders((name) => fields.get(name)),
      metadata: uploadMetadata(fields),
      ...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
    };
    await bucket.put(draft, record);
    return `"${md5Hex}"`;
  } finally {
    await draft.discard();
  }
}
