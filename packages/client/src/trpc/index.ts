/** The gateway's client as a link for `@trpc/client`: batching per service, and the socket's guarantees, under a stock client. */

// For applications.
export { type GatewayContext, gatewayLink } from './gateway-link.js';
