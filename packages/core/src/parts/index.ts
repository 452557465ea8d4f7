/** Messages in parts. No zod. PROTOCOL.md P3.26. */

// For the packages that write and read the wire.
export { MAX_PARTS } from '../protocol/aws-limits.js';
export { partFrames } from './split-text.js';
