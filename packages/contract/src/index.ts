/**
 * The organisation's API. A procedure is added in its service's file; nothing changes here until there is a new service. Only re-exports:
 * see `contract.ts`.
 */

// For applications.
export { account } from './account.js';
export { answers } from './answers.js';
// For services: what they tell each other.
export { documentEvents, fileEvents } from './bus-messages.js';
export { chat } from './chat.js';
export { type AppContract, contract } from './contract.js';
export { documents } from './documents.js';
export { events } from './events.js';
export { files, MAX_MULTIPART_BYTES, MAX_RANGE_BYTES, MAX_UPLOAD_BYTES } from './files.js';
export { graph } from './graph.js';
export { inference } from './inference.js';
export { operations } from './operations.js';
export { search } from './search.js';
export { system } from './system.js';
