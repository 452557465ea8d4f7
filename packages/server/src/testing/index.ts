/** The server's test kit: services in process, called by the events that AWS sends. */

// For tests.
export { messageEvent, restEventV1, restEventV2, type TestRequest } from './test-events.js';
export { type TestGateway, testGateway } from './test-gateway.js';
export type { TestEvent, TestGatewayOptions } from './test-stage.js';
export type { TestCallOptions, TestClient, TestProcedure, TestSubscribeOptions, TestSubscription, TestUser } from './test-types.js';
