/** The client without the socket, for pages that only make calls: queries and mutations, and nothing else in the bundle. */

// For applications.
export type { ClientErrorCode, ErrorCode } from '@org/gateway-core/errors';
export { GatewayError } from '@org/gateway-core/errors';
export type { CallError, CallResult, HttpClient, PlainGatewayError } from '../client-types.js';
export { isGatewayError } from '../is-gateway-error.js';
export type { AuthOptions, CallCheck, CallOptions, Fetch, HeaderRecord, HeadersSource, HttpOptions, Token } from '../options.js';
export { createHttpClient } from './create-http-client.js';
