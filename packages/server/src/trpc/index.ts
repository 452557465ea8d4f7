/** The contract as a genuine tRPC router. Needs `@trpc/server`; never import it in a deployed function. */

// tRPC marks tracked events with a symbol of its own: take it and the error class from here, not from a second copy.
export { TRPCError, tracked } from '@trpc/server';
// For servers that run on stock tRPC adapters.
export { createTrpcRouter, type ServiceParts, type TrpcRouterOptions } from './create-trpc-router.js';
export type { TrpcContext } from './trpc-root.js';
