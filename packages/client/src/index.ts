/** The gateway's client, for browsers and Node. `./http` is the part without the socket, `./trpc` a link for `@trpc/client`. */

// For applications.
export type { ClientErrorCode, ErrorCode } from '@org/gateway-core/errors';
export { GatewayError } from '@org/gateway-core/errors';
// For libraries built on it.
export type {
  CallError,
  CallResult,
  ClientControls,
  ContractLike,
  DeclaredGatewayError,
  DeprecatedMutationClient,
  DeprecatedQueryClient,
  DeprecatedReference,
  DeprecatedSubscriptionClient,
  GatewayClient,
  MutationClient,
  PlainGatewayError,
  ProcedureCall,
  ProcedureClient,
  ProcedureReference,
  QueryClient,
  ServiceClient,
  Subscription,
  SubscriptionClient,
  SubscriptionState,
  TrackedEvent,
} from './client-types.js';
export type { Clock } from './clock.js';
export type { Connection, ConnectionState } from './connection-state.js';
export { createGatewayClient } from './create-client.js';
export { isGatewayError } from './is-gateway-error.js';
export type {
  AuthOptions,
  CallCheck,
  CallOptions,
  Fetch,
  GatewayClientOptions,
  HeaderRecord,
  HeadersSource,
  HttpOptions,
  PageEvents,
  SubscribeOptions,
  Token,
} from './options.js';
export type { ResetNotice } from './socket/event-queue.js';
export type { WebSocketConstructor, WebSocketLike } from './socket/web-socket.js';
