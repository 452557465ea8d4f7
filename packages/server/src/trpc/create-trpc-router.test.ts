import type { ContractRouter } from '@org/gateway-core/trpc';
import { createTRPCClient, createWSClient, httpBatchLink, type TRPCClientError, wsLink } from '@trpc/client';
import { awsLambdaRequestHandler } from '@trpc/server/adapters/aws-lambda';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTrpcRouter } from './create-trpc-router.js';
import { contract, type RunningRouter, startRouter } from './trpc.fixture.js';

type Router = ContractRouter<typeof contract>;

let running: RunningRouter;
beforeEach(async () => {
  running = await startRouter();
});
afterEach(() => running.close());

const failureOf = (call: Promise<unknown>): Promise<TRPCClientError<Router>> =>
  call.then(
    () => expect.unreachable('the call succeeded'),
    (failure: TRPCClientError<Router>) => failure,
  );

describe('stock httpBatchLink on the standalone adapter', () => {
  const client = (headers: Record<string, string> = {}) =>
    createTRPCClient<Router>({ links: [httpBatchLink({ url: running.httpUrl, headers })] });

  test('answers queries and mutations of several services, as the contract validates them', async () => {
    const api = client();
    const answers = await Promise.all([api.notes.get.query({ id: 'n1' }), api.clocks.now.query()]);
    expect(answers).toEqual([{ id: 'n1', kind: 'note' }, 1_700_000_000_123]);
    expect(await api.notes.rename.mutate({ id: 'n1', title: 'New' })).toEqual({ title: 'New' });
  });

  test('a declared error arrives with its name, code, status and data', async () => {
    const failure = await failureOf(client().notes.rename.mutate({ id: 'locked', title: 'New' }));
    expect(failure.message).toBe('[LOCKED] notes.rename: {"by":"ann"}');
    expect(failure.data).toEqual({
      code: 'CONFLICT',
      httpStatus: 409,
      path: 'notes.rename',
      error: 'LOCKED',
      details: { by: 'ann' },
      requestId: 'request-1',
    });
    expect(failure.shape?.code).toBe(-32009);
  });

  test('input that does not fit arrives with where and why', async () => {
    const failure = await failureOf(client().notes.get.query({ id: 'x' }));
    expect(failure.data).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400, issues: [{ path: ['id'] }] });
  });

  test('a failed dependency, for which tRPC has no code, arrives with ours and its status', async () => {
    const failure = await failureOf(client().notes.label.query());
    expect(failure.message).toBe('[FAILED_DEPENDENCY] model Classifier failed, and so did what needs it');
    expect(failure.shape?.code).toBe(-32024);
    expect(failure.data).toEqual({ code: 'FAILED_DEPENDENCY', httpStatus: 424, path: 'notes.label', requestId: 'request-1' });
    expect(failure.meta?.response).toMatchObject({ status: 424 });
  });

  test('an unknown error is masked, and logged with its cause', async () => {
    const failure = await failureOf(client().notes.crash.query());
    expect(failure.message).toBe('Internal server error');
    expect(JSON.stringify(failure.shape)).not.toContain('1234');
    expect(running.logLines.join()).toContain('password is 1234');
  });

  test('one failing call of a batch leaves the others alone', async () => {
    const api = client();
    const results = await Promise.allSettled([api.notes.get.query({ id: 'none' }), api.notes.get.query({ id: 'n2' })]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('the adapter says who calls', async () => {
    expect((await failureOf(client().notes.mine.query())).data?.code).toBe('UNAUTHORIZED');
    expect(await client({ authorization: 'Bearer x' }).notes.mine.query()).toBe('ann');
  });

  test("tRPC's own failures have the same form", async () => {
    const get = async (path: string, init?: RequestInit) => (await fetch(`${running.httpUrl}/${path}`, init)).json();
    expect(await get('notes.lost')).toEqual({
      error: {
        message: '[NOT_FOUND] No procedure found on path "notes.lost"',
        code: -32004,
        data: { code: 'NOT_FOUND', httpStatus: 404, path: 'notes.lost' },
      },
    });
    expect(await get('notes.get', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).toMatchObject({
      error: { code: -32005, data: { code: 'METHOD_NOT_SUPPORTED', httpStatus: 405 } },
    });
    expect(await get('notes.rename', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' })).toMatchObject({
      // tRPC's adapters have no PARSE_ERROR for a body that is no JSON; our REST face does (P2.7).
      error: { data: { code: 'BAD_REQUEST', httpStatus: 400, path: 'notes.rename' } },
    });
  });
});

test('awsLambdaRequestHandler serves it', async () => {
  const handler = awsLambdaRequestHandler({ router: running.router });
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/notes.get',
    rawQueryString: 'input=%7B%22id%22%3A%22n1%22%7D',
    headers: {},
    isBase64Encoded: false,
  };
  const requestContext = { http: { method: 'GET', path: '/notes.get' }, domainName: 'api' };
  const result = await handler({ ...event, requestContext } as unknown as APIGatewayProxyEventV2, {} as Context);
  expect(result).toMatchObject({ statusCode: 200, body: '{"result":{"data":{"id":"n1","kind":"note"}}}' });
});

describe('stock wsLink on the ws adapter', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  const client = () => {
    const socket = createWSClient({ url: running.socketUrl, WebSocket: WebSocket as unknown as typeof globalThis.WebSocket });
    closers.push(() => socket.close());
    return createTRPCClient<Router>({ links: [wsLink({ client: socket })] });
  };
  const publish = (folder: string, n: number) => running.log.append(`notes.changes/${folder}`, JSON.stringify({ n }), 60);

  /** Subscribes, publishes once the subscription has started, and collects so many events. */
  const collect = (count: number, options: { lastEventId?: string; whenStarted?: () => void } = {}) =>
    new Promise<{ id: string; data: { n: number } }[]>((resolve, reject) => {
      const events: { id: string; data: { n: number } }[] = [];
      const { lastEventId, whenStarted } = options;
      const input = { folder: 'inbox', ...(lastEventId === undefined ? {} : { lastEventId }) };
      const subscription = client().notes.changes.subscribe(input, {
        onStarted: () => whenStarted?.(),
        onData: (event) => {
          events.push(event);
          if (events.length < count) return;
          subscription.unsubscribe();
          resolve(events);
        },
        onError: reject,
      });
    });

  test('answers queries, and declared errors typed', async () => {
    expect(await client().notes.get.query({ id: 'n1' })).toEqual({ id: 'n1', kind: 'note' });
    const failure = await failureOf(client().notes.get.query({ id: 'none' }));
    expect(failure.data).toMatchObject({ code: 'NOT_FOUND', error: 'NOT_FOUND', details: { id: 'none' }, requestId: 'request-1' });
  });

  test('delivers what is published after the start, in order, tracked by event id', async () => {
    await publish('inbox', 1);
    const whenStarted = async () => {
      await publish('inbox', 2);
      await publish('elsewhere', 9);
      await publish('inbox', 3);
    };
    expect(await collect(2, { whenStarted })).toEqual([
      { id: 'e1.2', data: { n: 2 } },
      { id: 'e1.3', data: { n: 3 } },
    ]);
  });

  test('resumes after the last event id, without a gap to what is published now', async () => {
    for (const n of [1, 2, 3]) await publish('inbox', n);
    const events = await collect(3, { lastEventId: 'e1.1', whenStarted: () => void publish('inbox', 4) });
    expect(events.map(({ id }) => id)).toEqual(['e1.2', 'e1.3', 'e1.4']);
  });

  test('resumes across more events than are read at once', async () => {
    for (let n = 1; n <= 250; n++) await publish('inbox', n);
    const events = await collect(249, { lastEventId: 'e1.1' });
    expect(events.map(({ data }) => data.n)).toEqual(Array.from({ length: 249 }, (_, place) => place + 2));
  });

  test('a stock client that lost its connection goes on after the last event it got', async () => {
    const got: string[] = [];
    const events = new Promise<string[]>((resolve, reject) => {
      const subscription = client().notes.changes.subscribe(
        { folder: 'inbox' },
        {
          onStarted: () => void (got.length === 0 && publish('inbox', 1)),
          onData: async ({ id }) => {
            got.push(id);
            if (got.length === 1) {
              for (const socket of running.sockets.clients) socket.terminate();
              await publish('inbox', 2);
            }
            if (got.length < 2) return;
            subscription.unsubscribe();
            resolve(got);
          },
          onError: reject,
        },
      );
    });
    expect(await events).toEqual(['e1.1', 'e1.2']);
  });

  test('a position that cannot be served is PRECONDITION_FAILED, never a partial replay', async () => {
    for (const n of [1, 2, 3]) await publish('inbox', n);
    running.log.expire('notes.changes/inbox', 2);
    for (const lastEventId of ['e1.1', 'e0.2', 'e1.4', 'nonsense']) {
      await expect(collect(1, { lastEventId })).rejects.toMatchObject({ data: { code: 'PRECONDITION_FAILED', httpStatus: 412 } });
    }
  });

  test('a log that is lost while it is followed is PRECONDITION_FAILED', async () => {
    const whenStarted = () => {
      running.log.forget('notes.changes/inbox');
    };
    await expect(collect(1, { whenStarted })).rejects.toMatchObject({ data: { code: 'PRECONDITION_FAILED' } });
  });

  test('a subscription without input resumes too', async () => {
    await running.log.append('notes.everything/all', '{"n":1}', 60);
    await running.log.append('notes.everything/all', '{"n":2}', 60);
    const event = await new Promise((resolve, reject) => {
      const subscription = client().notes.everything.subscribe({ lastEventId: 'e1.1' } as unknown as undefined, {
        onData: (first) => {
          subscription.unsubscribe();
          resolve(first);
        },
        onError: reject,
      });
    });
    expect(event).toEqual({ id: 'e1.2', data: { n: 2 } });
  });

  test('input that does not fit refuses a subscription', async () => {
    const failure = await new Promise((resolve) => {
      client().notes.changes.subscribe({ folder: 1 } as unknown as { folder: string }, { onError: resolve });
    });
    expect(failure).toMatchObject({ data: { code: 'BAD_REQUEST', issues: [{ path: ['folder'] }] } });
  });

  test("a handler's bad topic key is masked and logged", async () => {
    const failure = await new Promise((resolve) => {
      client().notes.broken.subscribe(undefined, { onError: resolve });
    });
    expect(failure).toMatchObject({ message: 'Internal server error', data: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(running.logLines.join()).toContain('bad topic key for notes.broken');
  });
});

test('refuses a contract whose services are not all there', () => {
  const parts = {} as unknown as Parameters<typeof createTrpcRouter<typeof contract>>[1];
  expect(() => createTrpcRouter(contract, parts, { topicLog: running.log })).toThrow('no parts for the services [notes, clocks]');
});
