/** Types of `uploadHandlers`: a bucket that the service declares, with every right that uploads need. Compiled; nothing here runs. */

import { service } from '@org/gateway-core';
import { upload } from '@org/gateway-core/upload';
import { bucket } from '../service/bucket.js';
import { defineService } from '../service/define-service.js';
import { uploadHandlers } from './upload-handlers.js';

const UPLOADS = ['head', 'delete', 'presignPut', 'createUpload', 'presignPart', 'listParts', 'completeUpload', 'abortUpload'] as const;
const files = service('files', { ...upload({ accept: ['*/*'], maxBytes: 1 }) });
const declared = defineService(files, {
  uses: {
    all: bucket('All').allow(...UPLOADS, 'get', 'put'),
    noRecords: bucket('NoRecords').allow(...UPLOADS),
    readOnly: bucket('ReadOnly').allow('head'),
  },
});

const records = () => ({ get: async () => undefined, put: async () => undefined, delete: async () => undefined });

uploadHandlers(declared, { bucket: 'all' });
uploadHandlers(declared, { bucket: 'noRecords', records });
// @ts-expect-error records in the bucket need the rights to get and put
uploadHandlers(declared, { bucket: 'noRecords' });
// @ts-expect-error uploads need more than to look
uploadHandlers(declared, { bucket: 'readOnly', records });
// @ts-expect-error no such bucket
uploadHandlers(declared, { bucket: 'others' });
