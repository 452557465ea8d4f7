/** The gateway's client as a link for `@trpc/client`: batching per service, and the socket's guarantees, under a stock client. */

export type { ContractRouter, ServiceRouter } from '@org/gateway-core/trpc';
// For applications.
export { type GatewayContext, gatewayLink } from './gateway-link.js';
