/** The client's test kit: a gateway in memory for front-end tests. Brings the contract and zod. */

// For libraries built on it.
export type { MockFetch } from './mock-fetch.js';
// For tests.
export { type MockGateway, type MockOptions, mockGateway } from './mock-gateway.js';
export type { RecordedCall } from './mock-run.js';
export type { MockCall, MockHandler, MockHandlers } from './mock-types.js';
