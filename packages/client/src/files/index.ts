/** Uploads of files straight to a service's bucket, for browsers and Node. */

// For applications.
export type { UploadedFile, UploadLimits, UploadLimitsOf } from '@org/gateway-core';
export type { SourceFacts, UploadSource } from './source.js';
export type { ResumeToken, UploadErrors } from './upload-error.js';
export type { Uploader, UploaderOptions, UploadOptions, UploadProgress, UploadService } from './upload-options.js';
export { uploader } from './uploader.js';
export { type WithUploads, withUploads } from './with-uploads.js';
