/** The gateway's client as a link for `@trpc/client`, and an encoder that gives its own `wsLink` most of the socket's guarantees. */

export type { ContractRouter, ServiceRouter } from '@org/gateway-core/trpc';
// For applications.
export { gatewayEncoder, type WsLinkEncoder } from './encoder.js';
export { type GatewayContext, gatewayLink } from './gateway-link.js';
