/**
 * What an uploader is told and tells. Sizes are bytes. Types, no code.
 */

import type { UploadedFile, UploadLimits, UploadProcedures } from '@org/gateway-core';
import type { ProcedureReference, ServiceClient } from '../client-types.js';
import type { Clock } from '../clock.js';
import type { Fetch } from '../options.js';
import type { SourceFacts, UploadSource } from './source.js';
import type { ResumeToken, UploadErrors } from './upload-error.js';

/** A service's client that files can be uploaded with: `gateway.files`. */
export type UploadService = ServiceClient<{ readonly procedures: UploadProcedures }>;

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes that have left, or had arrived before; fewer than before when some must be sent again. All of them: the gateway checks the file. */
  readonly sentBytes: number;
  /** The file's size. */
  readonly totalBytes: number;
  /** Where to go on, from when the upload in parts has begun: for a page that survives a reload to keep. */
  readonly resumeFrom?: ResumeToken | undefined;
}

/** Options of one upload. */
export interface UploadOptions extends SourceFacts {
  /** Called when bytes have left, and when the upload in parts has begun. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Gives the upload up: what arrived is removed. */
  readonly signal?: AbortSignal | undefined;
  /** Goes on with an upload of this file from the parts that arrived and are the same. */
  readonly resumeFrom?: ResumeToken | undefined;
}

/** Options of an uploader. */
export interface UploaderOptions {
  /** Checked before anything is sent; the gateway checks its own in any case. Type it `UploadLimitsOf<typeof files>`. @default none */
  readonly limits?: UploadLimits | undefined;
  /** Parts under way at a time. @default 3 */
  readonly concurrency?: number | undefined;
  /** How often a part, or a question about it, is sent before its failure counts. @default 4 */
  readonly attempts?: number | undefined;
  /** @default XMLHttpRequest where there is one, for progress within a part, else globalThis.fetch */
  readonly fetch?: Fetch | undefined;
  /** Times pauses, and how long nothing may move. */
  readonly clock?: Clock | undefined;
  /** A number from 0 up to 1, for pauses. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Uploads a file. @throws GatewayError, one of `UploadErrors` among them */
export interface Uploader extends ProcedureReference<UploadErrors> {
  (file: UploadSource, options?: UploadOptions): Promise<UploadedFile>;
}
