/**
 * Passes the file of a browser's form on as one upload. Its length is known only at its end, and S3 wants it first: the file waits on disk.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadHeaders, uploadMetadata } from '../services/s3/object-headers.js';
import type { FormUpload } from '../services/s3/post-object.js';
import { receiveBody } from '../services/s3/request-body.js';
import { AwsError } from '../wire/aws-error.js';
import { encodeUriPath } from '../wire/uri-encoding.js';
import type { StandInClient } from './client.js';
import { readAnswer } from './read-answer.js';

/** Resolves with the ETag in quotes. */
export async function storeForm(client: StandInClient, bucketName: string, upload: FormUpload): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-form-'));
  try {
    const path = join(folder, 'file');
    const size = await keep(path, upload);
    const metadata = Object.entries(uploadMetadata(upload.fields)).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    const answer = await client.send({
      service: 's3',
      method: 'PUT',
      url: `/${bucketName}/${encodeUriPath(upload.key)}`,
      headers: {
        ...uploadHeaders((name) => upload.fields.get(name)),
        ...Object.fromEntries(metadata),
        'content-length': String(size),
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      },
      payloadHash: 'UNSIGNED-PAYLOAD',
      body: createReadStream(path),
    });
    const text = (await readAnswer(answer)).toString('utf8');
    if (answer.statusCode === 200) return String(answer.headers.etag);
    throw new AwsError({ code: /<Code>([^<]*)/.exec(text)?.[1] ?? 'InternalError', message: text, statusCode: answer.statusCode! });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Its size, when the form's policy is content with it. */
async function keep(path: string, { file, declared, checkSize }: FormUpload): Promise<number> {
  const handle = await open(path, 'w');
  try {
    const { size } = await receiveBody(file, declared, { write: (chunk) => handle.writeFile(chunk) });
    checkSize(size);
    return size;
  } finally {
    await handle.close();
  }
}
