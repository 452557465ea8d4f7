/** One connection for all tabs of a browser. */

// For tests of applications.
export type { Channel, LockRequest, Locks, TabPlatform } from './platform.js';
// For applications.
export { type SharedWebSocketOptions, sharedWebSocket } from './shared-web-socket.js';
