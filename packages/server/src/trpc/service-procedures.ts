/**
 * One service's procedures as tRPC procedures. tRPC hands input through untouched: validation is the executor's.
 */

import type { ProcedureKind } from '@org/gateway-core';
import type { CallContext } from '../execute/context.js';
import { contextFactory } from '../execute/create-context.js';
import { execute } from '../execute/executor.js';
import type { FunctionParts } from '../execute/function-parts.js';
import { splitResumeInput } from './resume-input.js';
import { type TopicSource, trackedSubscription } from './tracked-subscription.js';
import { trpcError } from './trpc-error.js';
import type { TrpcContext, TrpcRoot } from './trpc-root.js';

export interface ServiceProceduresOptions extends TopicSource {
  readonly parts: FunctionParts;
  readonly newRequestId: () => string;
}

/** What tRPC calls a resolver with, as far as it is used. */
interface ResolverCall {
  /** Undefined when the adapter has no `createContext`. */
  readonly ctx: TrpcContext | undefined;
  readonly input: unknown;
  /** Aborted when the caller is gone. */
  readonly signal?: AbortSignal | undefined;
}

/** A tRPC procedure for each procedure of the service. */
export function serviceProcedures(t: TrpcRoot, options: ServiceProceduresOptions) {
  const { service } = options.parts.implementation.declaration;
  const builder = t.procedure.input((input: unknown) => input);
  const run = createRunner(options);
  const entries = Object.entries(service.procedures).map(([name, { kind }]) => {
    switch (kind) {
      case 'query':
        return [name, builder.query((call) => run(name, kind, call).then(({ data }) => data))] as const;
      case 'mutation':
        return [name, builder.mutation((call) => run(name, kind, call).then(({ data }) => data))] as const;
      case 'subscription':
        return [
          name,
          builder.subscription(async (call) => {
            const { input, lastEventId } = splitResumeInput(call.input);
            const { data, ctx } = await run(name, kind, { ...call, input });
            return trackedSubscription({ ...options, ctx, subscription: name, key: data as string, lastEventId, signal: call.signal });
          }),
        ] as const;
      default:
        return kind satisfies never;
    }
  });
  return Object.fromEntries(entries);
}

type Runner = (
  procedure: string,
  kind: ProcedureKind,
  call: ResolverCall,
) => Promise<{ readonly data: unknown; readonly ctx: CallContext }>;

/** Runs a call and throws what failed in tRPC's form. */
function createRunner({ parts, newRequestId }: ServiceProceduresOptions): Runner {
  const contextOf = contextFactory(parts);
  return async (procedure, kind, { ctx: facts, input, signal }) => {
    const requestId = facts?.requestId ?? newRequestId();
    const ctx = contextOf({ user: facts?.user ?? null, requestId, connectionId: facts?.connectionId, signal });
    const outcome = await execute(parts.implementation, { procedure, kind, input }, ctx);
    if (!outcome.ok) throw trpcError(outcome.error);
    return { data: outcome.data, ctx };
  };
}
