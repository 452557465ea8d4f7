/** The client without the socket: less than half the size, queries and mutations only. */

// For applications.
export type { ClientErrorCode, ErrorCode } from '@org/gateway-core/errors';
export { GatewayError } from '@org/gateway-core/errors';
export type { CallError, CallResult, HttpClient, PlainGatewayError } from '../client-types.js';
export { isGatewayError } from '../is-gateway-error.js';
export type { AuthOptions, CallCheck, CallOptions, Fetch, HeaderRecord, HeadersSource, HttpOptions, Token } from '../options.js';
export { createHttpClient } from './create-http-client.js';
