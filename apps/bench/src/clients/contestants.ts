/**
 * The clients that are compared: ours on `fetch` and on its transport for Node, and those of tRPC, oRPC, Hono and OpenAPI, all on `fetch` as
 * they come. Each makes the same call, a query with an id, in its own wire.
 */

import { createHttpClient } from '@org/gateway-client/http';
import type { NodeFetch } from '@org/gateway-client/node';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { createTRPCClient, httpBatchLink, httpLink } from '@trpc/client';
import { hc } from 'hono/client';
import createOpenApiClient from 'openapi-fetch';

/** Makes a call and reads its answer. */
export type ClientCall = (id: string) => Promise<unknown>;

type Procedures = Readonly<Record<string, Readonly<Record<string, { query(input: unknown): Promise<unknown> }>>>>;

/** What `openapi-typescript` would write of the route. */
interface Paths {
  '/documents/{id}': {
    get: {
      parameters: { path: { id: string } };
      responses: { 200: { content: { 'application/json': unknown } } };
    };
  };
}

/** What Hono would infer of the route. */
interface HonoClient {
  readonly documents: { readonly ':id': { $get(input: { param: { id: string } }): Promise<Response> } };
}

/** A request a call, by name; the first is what the others are measured against. */
export function singleCalls(url: string, transport: NodeFetch): Readonly<Record<string, ClientCall>> {
  const plain = createHttpClient({ url });
  const quick = createHttpClient({ url, fetch: transport });
  const trpc = createTRPCClient({ links: [httpLink({ url: `${url}/rpc` })] }) as unknown as Procedures;
  const orpc = createORPCClient(new RPCLink({ url: `${url}/orpc` })) as unknown as {
    readonly documents: { get(input: unknown): Promise<unknown> };
  };
  const hono = hc(`${url}/rest`) as unknown as HonoClient;
  const openApi = createOpenApiClient<Paths>({ baseUrl: `${url}/rest` });
  return {
    'fetch by hand': async (id) => {
      const input = encodeURIComponent(JSON.stringify({ id }));
      return JSON.parse(await (await fetch(`${url}/rpc/documents/get?input=${input}`)).text()).result.data;
    },
    'this client on fetch': (id) => plain.documents.get.query({ id }, ALONE),
    'this client on nodeFetch': (id) => quick.documents.get.query({ id }, ALONE),
    'tRPC httpLink': (id) => queryOf(trpc)({ id }),
    'oRPC RPCLink': (id) => orpc.documents.get({ id }),
    'Hono hc': async (id) => (await hono.documents[':id'].$get({ param: { id } })).json(),
    'openapi-fetch': async (id) => (await openApi.GET('/documents/{id}', { params: { path: { id } } })).data,
  };
}

/** As the clients that batch are meant to be used. */
export function batchedCalls(url: string, transport: NodeFetch): Readonly<Record<string, ClientCall>> {
  const plain = createHttpClient({ url });
  const quick = createHttpClient({ url, fetch: transport });
  const trpc = createTRPCClient({ links: [httpBatchLink({ url: `${url}/rpc` })] }) as unknown as Procedures;
  return {
    'tRPC httpBatchLink': (id) => queryOf(trpc)({ id }),
    'this client on fetch': (id) => plain.documents.get.query({ id }),
    'this client on nodeFetch': (id) => quick.documents.get.query({ id }),
  };
}

/** A call with a key of its own travels by itself: what is compared is a request a call. */
const ALONE = { key: 'alone' };

function queryOf(trpc: Procedures): (input: unknown) => Promise<unknown> {
  return (input) => trpc.documents?.get?.query(input) ?? Promise.reject(new Error('no procedure'));
}
