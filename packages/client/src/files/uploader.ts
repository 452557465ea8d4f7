/**
 * Uploads files straight to the bucket of a service that has `upload({ … })` in its contract: a small one in one request, a larger one in
 * parts that can be resumed. The bucket refuses content with another checksum than was computed here, and the gateway checks what arrived.
 */

import type { UploadedFile } from '@org/gateway-core';
import { sourceOf, type UploadSource } from './source.js';
import { failureOf, tooLarge, wrongType } from './upload-error.js';
import type { Uploader, UploaderOptions, UploadOptions, UploadService } from './upload-options.js';
import { uploadRun } from './upload-run.js';

/** Files up to this size go in one request: shorter than a part, nothing is gained by resuming them. */
const ONE_REQUEST_BYTES = 5 * 1_048_576;

/** Makes the uploader of a service: `const upload = uploader(gateway.files)`. */
export function uploader(service: UploadService, options: UploaderOptions = {}): Uploader {
  const { path } = service.upload;
  const upload = async (file: UploadSource, own: UploadOptions = {}): Promise<UploadedFile> => {
    const source = sourceOf(file, own);
    const run = uploadRun({ service, source, own, options });
    const { contentType, bytes } = source;
    const { accept, maxBytes = bytes } = options.limits ?? {};
    try {
      if (bytes > maxBytes) throw tooLarge(path, { bytes, maxBytes });
      if (accept?.every((type) => !accepts(type, contentType))) throw wrongType(path, { contentType, accept });
      return await (bytes > ONE_REQUEST_BYTES || own.resumeFrom ? run.inParts() : run.inOneRequest());
    } catch (cause) {
      if (run.signal.aborted) await run.cleanUp();
      throw failureOf(cause, { path, contentType, bytes, signal: run.signal, resumeFrom: run.resumeFrom() });
    } finally {
      source.end?.();
    }
  };
  return Object.assign(upload, { path });
}

function accepts(accepted: string, type: string): boolean {
  return accepted === '*/*' || accepted === type || (accepted.endsWith('/*') && type.startsWith(accepted.slice(0, -1)));
}
