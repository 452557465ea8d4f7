/**
 * A contract seen by stock `@trpc/client`: its own types must accept the router and infer from it exactly what the contract says.
 * Compiled by `tsc -b`; nothing here runs.
 */

import { createTRPCClient, httpLink, safe, TRPCClientError } from '@trpc/client';
import type { inferRouterError, inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import * as z from 'zod';
import { defineContract } from '../dsl/contract.js';
import { error } from '../dsl/declared-error.js';
import { mutation, query, subscription } from '../dsl/procedure.js';
import { service } from '../dsl/service.js';
import { type Exact, exact } from '../exact.test-d.js';
import type { ContractRouter, ServiceRouter } from './contract-router.js';

const documents = service('documents', {
  get: query({
    input: () => z.object({ id: z.string(), limit: z.int().default(20) }),
    output: () => z.object({ id: z.string(), kind: z.enum(['text', 'image']) }),
    errors: { NOT_FOUND: () => z.object({ id: z.string() }), LOCKED: error('CONFLICT', () => z.object({ by: z.string() })) },
  }),
  dated: query({ output: () => z.object({ at: z.date() }) }),
  count: query({ output: () => z.number() }),
  remove: mutation({ input: () => z.object({ id: z.string() }) }),
  changes: subscription({ input: () => z.object({ folder: z.string().optional() }), event: () => z.object({ at: z.number() }) }),
});
const contract = defineContract({ documents });

type Router = ContractRouter<typeof contract>;

const links = [httpLink({ url: 'http://127.0.0.1' })];

/** Never called. */
export async function uses(): Promise<void> {
  const client = createTRPCClient<Router>({ links });

  const document = await client.documents.get.query({ id: 'a' });
  exact<Exact<typeof document, { id: string; kind: 'text' | 'image' }>>();
  const count = await client.documents.count.query();
  exact<Exact<typeof count, number>>();
  const removed = await client.documents.remove.mutate({ id: 'a' });
  exact<Exact<typeof removed, undefined>>();
  client.documents.changes.subscribe(
    { folder: 'inbox' },
    {
      onData: (event) => exact<Exact<typeof event, { id: string; data: { at: number } }>>(),
      onError: (failure) => exact<Exact<(typeof failure)['message'], string>>(),
    },
  );

  // @ts-expect-error an unknown procedure
  client.documents.rename;
  // @ts-expect-error an unknown service
  client.accounts;
  // @ts-expect-error a query is not mutated
  client.documents.get.mutate;
  // @ts-expect-error a mutation is not queried
  client.documents.remove.query;
  // @ts-expect-error a subscription is not queried
  client.documents.changes.query;
  // @ts-expect-error a missing field
  await client.documents.get.query({});
  // @ts-expect-error a field of another type
  await client.documents.get.query({ id: 1 });
  // @ts-expect-error input where there is none
  await client.documents.count.query({ id: 'a' });

  // A stock client is told what JSON leaves of an output.
  const dated = await client.documents.dated.query();
  exact<Exact<typeof dated, { at: string }>>();

  const single = createTRPCClient<ServiceRouter<typeof documents>>({ links });
  const alone = await single.get.query({ id: 'a' });
  exact<Exact<typeof alone, { id: string; kind: 'text' | 'image' }>>();
  // @ts-expect-error an unknown procedure of one service
  single.rename;
}

exact<Exact<inferRouterInputs<Router>['documents']['get'], { id: string; limit?: number | undefined }>>();
exact<Exact<inferRouterOutputs<Router>['documents']['get'], { id: string; kind: 'text' | 'image' }>>();

/** Never called. */
export async function narrowing(): Promise<void> {
  const client = createTRPCClient<Router>({ links });
  const [, failure] = await safe(client.documents.get.query({ id: 'a' }));
  if (!failure?.data) return;
  const { data } = failure;
  exact<Exact<typeof data.httpStatus, number>>();
  if (data.error === 'NOT_FOUND') exact<Exact<typeof data.details, { id: string }>>();
  else if (data.error === 'LOCKED') exact<Exact<typeof data.details, { by: string }>>();
  else exact<Exact<typeof data.error, undefined>>();
  // @ts-expect-error an undeclared error
  data.error === 'GONE';
}

/** Never called. */
export function anyFailure(failure: unknown): void {
  if (!(failure instanceof TRPCClientError)) return;
  const known: TRPCClientError<Router> = failure;
  exact<Exact<NonNullable<typeof known.data>['httpStatus'], number>>();
}

exact<Exact<inferRouterError<Router>['code'], number>>();
