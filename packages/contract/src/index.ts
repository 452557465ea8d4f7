/**
 * The organisation's API. A procedure is added in its service's file; nothing changes here until there is a new service.
 */

import { type Contract, defineContract } from '@org/gateway-core';
import { documents } from './documents.js';
import { files } from './files.js';
import { system } from './system.js';

/** All services. The annotation keeps the emitted types small: see `Contract`. */
export const contract: Contract<{ documents: typeof documents; files: typeof files; system: typeof system }> = defineContract({
  documents,
  files,
  system,
});

// For applications.
export type AppContract = typeof contract;

// For applications that upload.
export { MAX_UPLOAD_BYTES } from './files.js';
export { documents, files, system };
