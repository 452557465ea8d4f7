/** tRPC's view of a contract. Types only. */

// For users of stock tRPC clients.
// For adapters.
export type { ContractRouter, ServiceRouter, TrpcProcedure } from './contract-router.js';
