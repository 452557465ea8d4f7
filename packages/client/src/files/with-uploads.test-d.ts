/** Types of clients with uploads: only services with uploads have them, as the contract declares them. Compiled; nothing here runs. */

import type { UploadedFile } from '@org/gateway-core';
import { createGatewayClient } from '../create-client.js';
import { uploader } from './uploader.js';
import { withUploads } from './with-uploads.js';

const plain = createGatewayClient({ url: 'https://example.com' });
const gateway = withUploads(plain);

export const file: Promise<UploadedFile> = gateway.files.upload(new Blob(['a']), { onProgress: ({ sentBytes }) => sentBytes.toFixed() });
export const same: Promise<UploadedFile> = uploader(plain.files)(new Uint8Array(1), { resumeFrom: { key: 'k1' }, name: 'a.txt' });
gateway.documents.get.query({ id: 'a' });

// @ts-expect-error a service without uploads
uploader(plain.documents);
// @ts-expect-error a client without uploads
plain.files.upload(new Blob(['a']));
// @ts-expect-error a path is no file
gateway.files.upload('a.txt');
