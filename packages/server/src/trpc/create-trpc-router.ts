/**
 * The third face of the executor: a genuine tRPC router, for stock adapters (standalone HTTP, `ws`, awsLambdaRequestHandler) and for
 * tools that read routers. Validation, handlers and errors are the executor's, so an answer is the same as over our own faces.
 *
 * It is not what is deployed: `@trpc/server` is an optional peer, imported by this subpath only, and never part of a function.
 */

import { randomUUID } from 'node:crypto';
import type { AnyContract } from '@org/gateway-core';
import type { ContractRouter } from '@org/gateway-core/trpc';
import type { FunctionParts } from '../execute/function-parts.js';
import type { TopicLog } from '../topics/topic-log.js';
import { type Clock, systemClock } from '../websocket/clock.js';
import { serviceProcedures } from './service-procedures.js';
import { createTrpcRoot } from './trpc-root.js';

export interface TrpcRouterOptions {
  /** Where `publish` of the services' parts stores events. */
  readonly topicLog: TopicLog;
  /** @default the machine's */
  readonly clock?: Clock;
  /** How often a quiet subscription looks for new events. @default 250 */
  readonly pollMs?: number;
  /** Request ids for an adapter without `createContext`. @default random UUIDs */
  readonly newRequestId?: () => string;
}

/** Every service of the contract with what its function holds. */
export type ServiceParts<TContract extends AnyContract> = { readonly [TName in keyof TContract['services']]: FunctionParts };

const DEFAULT_POLL_MS = 250;

/**
 * The router of a contract. An adapter's `createContext` returns `TrpcContext`; without one, callers are anonymous.
 *
 * @throws TypeError that names every service of the contract without parts.
 */
export function createTrpcRouter<TContract extends AnyContract>(
  contract: TContract,
  parts: ServiceParts<TContract>,
  options: TrpcRouterOptions,
): ContractRouter<TContract> {
  const partsByName: Readonly<Record<string, FunctionParts>> = parts;
  const names = Object.keys(contract.services);
  const missing = names.filter((name) => partsByName[name]?.implementation.declaration.service.name !== name);
  if (missing.length > 0) throw new TypeError(`[TRPC] no parts for the services [${missing.join(', ')}] of the contract`);
  const t = createTrpcRoot();
  const { topicLog, clock = systemClock, pollMs = DEFAULT_POLL_MS, newRequestId = randomUUID } = options;
  const routers = names.map((name) => {
    const service = serviceProcedures(t, { parts: partsByName[name] as FunctionParts, topicLog, clock, pollMs, newRequestId });
    return [name, t.router(service)];
  });
  // tRPC cannot infer a router from a contract; ContractRouter is that inference, tested against stock clients.
  return t.router(Object.fromEntries(routers)) as unknown as ContractRouter<TContract>;
}
