/**
 * The organisation's API. A procedure is added in its service's file; nothing changes here until there is a new service. Only re-exports:
 * see `contract.ts`.
 */

// For applications.
export { type AppContract, contract } from './contract.js';
export { documents } from './documents.js';
export { files, MAX_UPLOAD_BYTES } from './files.js';
export { system } from './system.js';
