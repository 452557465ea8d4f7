/**
 * What the types promise, checked by the compiler alone: nothing here runs.
 */

import type { AppContract } from '@org/gateway-contract';
import type { Contract, Deprecated, NoErrors, Procedure, Service, SignedIn } from '@org/gateway-core';
import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient } from '@trpc/client';
import type { DeprecatedQueryClient, ProcedureClient, QueryClient } from './client-types.js';
import { createHttpClient } from './http/index.js';
import { createGatewayClient, type GatewayClient, type GatewayError, isGatewayError } from './index.js';
import { gatewayLink } from './trpc/index.js';

type Equal<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
function expectTrue<_TResult extends true>(): void {}

const gateway = createGatewayClient({ url: 'https://example.com/prod' });
const named: GatewayClient = gateway;
void named;

// Input is what the schema takes, output what it gives.
expectTrue<Equal<Parameters<typeof gateway.documents.get.query>[0], { id: string }>>();
expectTrue<Equal<Awaited<ReturnType<typeof gateway.documents.remove.mutate>>, { id: string }>>();
expectTrue<Equal<Awaited<ReturnType<typeof gateway.system.health.query>>['status'], 'ok'>>();
void gateway.documents.list.query({});

// No input: none is taken, options still are.
void gateway.documents.folders.query();
void gateway.documents.folders.query(undefined, { timeoutMs: 1_000, over: 'socket' });
// @ts-expect-error takes no input
void gateway.documents.folders.query({ id: 'a' });

// @ts-expect-error input is missing
void gateway.documents.get.query();
// @ts-expect-error input of the wrong type
void gateway.documents.get.query({ id: 1 });
// @ts-expect-error input with a field too many
void gateway.documents.get.query({ id: 'a', other: 1 });
// @ts-expect-error a query cannot be mutated
void gateway.documents.get.mutate({ id: 'a' });
// @ts-expect-error a mutation cannot be queried
void gateway.documents.save.query({ folder: 'a', title: 'b', body: 'c' });
// @ts-expect-error no such procedure
void gateway.documents.nothing;
// @ts-expect-error no such service
void gateway.nothing;
// @ts-expect-error a query has no events
void gateway.documents.get.subscribe({ id: 'a' });
// @ts-expect-error headers are a record: a Headers object would lose to spreading
createGatewayClient({ url: 'https://example.com', headers: new Headers() });
// @ts-expect-error not a contract
createGatewayClient<string>({ url: 'https://example.com' });

// Events are what a loop sees; tracked ones have their ids.
async function loops(): Promise<void> {
  for await (const { change, document } of gateway.documents.changes.subscribe({ folder: 'inbox' })) {
    expectTrue<Equal<typeof change, 'saved' | 'edited' | 'removed'>>();
    expectTrue<Equal<typeof document.version, number>>();
  }
  for await (const { id, data } of gateway.documents.changes.subscribe({}, { lastEventId: 'e1.1' }).tracked()) {
    expectTrue<Equal<typeof id, string>>();
    expectTrue<Equal<typeof data.change, 'saved' | 'edited' | 'removed'>>();
  }
}
void loops;

// Errors.
function errors(error: unknown): void {
  if (isGatewayError(error, gateway.documents.edit, 'STALE_VERSION')) {
    expectTrue<Equal<typeof error.data, { id: string; currentVersion: number }>>();
    expectTrue<Equal<typeof error.error, 'STALE_VERSION'>>();
  } else if (isGatewayError(error)) {
    expectTrue<Equal<typeof error, GatewayError>>();
    expectTrue<Equal<typeof error.data, unknown>>();
  }
  if (isGatewayError(error, 'TOO_MANY_REQUESTS')) expectTrue<Equal<typeof error.code, 'TOO_MANY_REQUESTS'>>();
  // @ts-expect-error no such code
  isGatewayError(error, 'TOO_MANY');
  // @ts-expect-error not declared by this procedure
  isGatewayError(error, gateway.documents.get, 'STALE_VERSION');
  // @ts-expect-error declares no errors
  isGatewayError(error, gateway.documents.folders, 'NOT_FOUND');
}
void errors;

// Results without throwing.
async function results(): Promise<void> {
  const got = await gateway.documents.edit.mutate.safe({ id: 'a', version: 1 });
  if (got.ok) {
    expectTrue<Equal<typeof got.data.version, number>>();
    expectTrue<Equal<typeof got.error, undefined>>();
    return;
  }
  expectTrue<Equal<typeof got.error.error, 'NOT_FOUND' | 'STALE_VERSION' | undefined>>();
  switch (got.error.error) {
    case 'STALE_VERSION':
      expectTrue<Equal<typeof got.error.data, { id: string; currentVersion: number }>>();
      break;
    case 'NOT_FOUND':
      expectTrue<Equal<typeof got.error.data, { id: string }>>();
      break;
    default:
      expectTrue<Equal<typeof got.error.data, undefined>>();
      // @ts-expect-error no such code
      void (got.error.code === 'STALE');
      void (got.error.code === 'NETWORK_ERROR' || got.error.code === 'UNAUTHORIZED');
  }
  const { ok, data, error } = await http.documents.folders.query.safe();
  if (ok) expectTrue<Equal<typeof data.folders, string[]>>();
  else expectTrue<Equal<typeof error.error, undefined>>();
}
void results;

// What a contract deprecates is called as before; editors strike the call through (apps/e2e/src/install has them).
interface Since {
  readonly since: '2026-05-01';
}
type Old = ProcedureClient<Procedure<'query', { id: string }, unknown, unknown, string, NoErrors, SignedIn & Deprecated<Since>>>;
expectTrue<Equal<Old, DeprecatedQueryClient<{ id: string }, string, NoErrors, Since>>>();
declare const old: Old;
const like: QueryClient<{ id: string }, string, NoErrors> = old;
void like;

// A contract of one's own.
type Own = Contract<{
  clock: Service<'clock', { ticks: Procedure<'subscription', { everyMs?: number } | undefined, unknown, unknown, number, NoErrors> }>;
}>;
const own = createGatewayClient<Own>({ url: 'https://example.com' });
expectTrue<Equal<ReturnType<typeof own.clock.ticks.subscribe> extends AsyncIterable<infer TEvent> ? TEvent : never, number>>();
void own.clock.ticks.subscribe();

// Without the socket.
const http = createHttpClient({ url: 'https://example.com' });
expectTrue<Equal<typeof http.documents.get, typeof gateway.documents.get>>();
// @ts-expect-error the type says what to use instead
void http.documents.changes.subscribe;

// Classes of both worlds are WebSockets.
createGatewayClient({ url: 'https://example.com', WebSocket: globalThis.WebSocket });
createGatewayClient({ url: 'https://example.com', fetch: globalThis.fetch });

// The link under a stock client.
const trpc = createTRPCClient<ContractRouter<AppContract>>({ links: [gatewayLink({ url: 'https://example.com' })] });
expectTrue<Equal<Parameters<typeof trpc.documents.get.query>[0], { id: string }>>();
