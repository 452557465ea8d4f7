/**
 * The mock as a `fetch`: PROTOCOL.md section 2, calls and batches under `/rpc`. Routes of plain REST are not served.
 */

import { ERROR_CODES, type ErrorShape } from '@org/gateway-core/errors';
import { RPC_ROOT, TICKET_PROCEDURE } from '@org/gateway-core/protocol';
import type { MockOutcome, RecordedCall } from './mock-run.js';

/** Runs a recorded call. */
export type RunCall = (call: RecordedCall, signal: AbortSignal) => Promise<MockOutcome>;

/** A `fetch` whose server is the mock. */
export type MockFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Makes the fetch. A request whose signal aborts rejects with its reason, as fetch does. */
export function mockFetch(run: RunCall): MockFetch {
  return async (url, { method = 'GET', body, headers: given, signal } = {}) => {
    signal?.throwIfAborted();
    const answering = answer(run, { url: String(url), method, body: body ? String(body) : '', headers: headersOf(given) });
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    return signal ? Promise.race([answering, aborted]) : answering;
  };
}

interface Request {
  readonly url: string;
  readonly method: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function answer(run: RunCall, { url, method, body, headers }: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(url, 'http://mock.invalid');
  const [, after] = pathname.split(`${RPC_ROOT}/`);
  const [service, names] = after?.split('/') ?? [];
  if (!service || !names) return respond(403, { message: 'Missing Authentication Token' });
  const kind = method === 'POST' ? 'mutation' : 'query';
  const text = kind === 'mutation' ? body : (searchParams.get('input') ?? '');
  const input: unknown = text === '' ? undefined : JSON.parse(text);
  const paths = names.split(',').map((name) => `${service}.${decodeURIComponent(name)}`);
  const isBatch = searchParams.has('batch');
  const outcomes = await Promise.all(
    paths.map((path, at) => {
      const own = isBatch ? (input as Readonly<Record<number, unknown>> | undefined)?.[at] : input;
      if (path === TICKET_PROCEDURE) return { data: { ticket: 'mock', expiresInMs: 30_000 } };
      return run({ path, kind, input: own, over: 'http', headers }, new AbortController().signal);
    }),
  );
  const items = outcomes.map((outcome) => ('error' in outcome ? outcome : { result: outcome }));
  const statuses = new Set(items.map((item) => ('error' in item ? statusOf(item.error) : 200)));
  return respond(statuses.size === 1 ? [...statuses][0]! : 207, isBatch ? items : items[0]);
}

function statusOf({ data: { code } }: ErrorShape): number {
  return ERROR_CODES[code].httpStatus;
}

function respond(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-request-id': 'mock' },
  });
}

function headersOf(given: RequestInit['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(new Headers(given ?? {}).entries());
}
