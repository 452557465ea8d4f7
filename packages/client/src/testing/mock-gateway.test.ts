import { contract } from '@org/gateway-contract';
import { schemaOf } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayClient } from '../client-types.js';
import { createGatewayClient } from '../create-client.js';
import { isGatewayError } from '../is-gateway-error.js';
import { iterate, take } from '../socket/socket-client.fixture.js';
import { type MockOptions, mockGateway } from './mock-gateway.js';
import type { MockHandlers } from './mock-types.js';

let open: { close(): void }[] = [];
afterEach(() => {
  for (const mock of open) mock.close();
  open = [];
});
function mocked(handlers: MockHandlers<typeof contract> = {}, options: MockOptions = {}) {
  const mock = mockGateway(contract, handlers, options);
  open.push(mock);
  return mock;
}
const plan = {
  id: 'plan',
  folder: 'inbox',
  title: 'Plan',
  bytes: 5,
  version: 1,
  createdAtMs: 1_700_000_000_000,
  updatedAtMs: 1_700_000_000_000,
};
const saved = (id: string) => ({ change: 'saved', document: { ...plan, id } }) as const;

describe('calls of a mock', () => {
  it('are answered by its handlers, in one request or several, over HTTP and the socket', async () => {
    const { gateway, calls } = mocked({
      documents: { get: ({ input }) => ({ ...plan, ...input, body: 'hello' }), remove: ({ input: { id } }) => ({ id }) },
    });
    const titles = await Promise.all(['a', 'b'].map((id) => gateway.documents.get.query({ id })));
    expect(titles).toMatchObject([
      { id: 'a', title: 'Plan', body: 'hello' },
      { id: 'b', title: 'Plan', body: 'hello' },
    ]);
    expect(await gateway.documents.remove.mutate({ id: 'a' }, { over: 'socket' })).toEqual({ id: 'a' });
    expect(calls.map(({ path, kind, over, input }) => [path, kind, over, input])).toEqual([
      ['documents.get', 'query', 'http', { id: 'a' }],
      ['documents.get', 'query', 'http', { id: 'b' }],
      ['documents.remove', 'mutation', 'socket', { id: 'a' }],
    ]);
  });

  it('may be larger than a frame', async () => {
    const { gateway } = mocked({ documents: { save: ({ input }) => ({ ...plan, bytes: input.body.length }) } });
    const saved = await gateway.documents.save.mutate({ folder: 'inbox', title: 'Long', body: 'x'.repeat(100_000) }, { over: 'socket' });
    expect(saved.bytes).toBe(100_000);
  });

  it('end with declared errors, and with those of a gateway', async () => {
    const { gateway } = mocked({
      documents: {
        get: ({ input, errors }) => errors.NOT_FOUND(input),
        edit: ({ errors }) => {
          throw errors.STALE_VERSION({ id: 'a', currentVersion: 7 });
        },
        folders: () => new GatewayError('FORBIDDEN', 'not yours'),
      },
    });
    const failures = await Promise.all(
      [
        gateway.documents.get.query({ id: 'a' }),
        gateway.documents.edit.mutate({ id: 'a', version: 1 }),
        gateway.documents.folders.query(),
      ].map((call) => call.then(null, (error: unknown) => error)),
    );
    expect(isGatewayError(failures[0], gateway.documents.get, 'NOT_FOUND') && failures[0].data).toEqual({ id: 'a' });
    expect(isGatewayError(failures[1], gateway.documents.edit, 'STALE_VERSION') && failures[1].data.currentVersion).toBe(7);
    expect(failures).toMatchObject([{ status: 404 }, { code: 'CONFLICT', status: 409 }, { code: 'FORBIDDEN', message: 'not yours' }]);
  });

  it('are validated both ways, and a handler that answers wrongly is told so', async () => {
    const { gateway } = mocked({
      documents: {
        folders: () => ({ folders: [1] as unknown as string[] }),
        list: () => Promise.reject(new Error('a mistake of the test')),
      },
    });
    await expect(gateway.documents.get.query({ id: '' })).rejects.toMatchObject({ code: 'BAD_REQUEST', issues: [{ path: ['id'] }] });
    await expect(gateway.documents.folders.query()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: expect.stringContaining('documents.folders its handler in the mock returned what does not fit: folders.0: '),
    });
    await expect(gateway.documents.list.query({})).rejects.toThrow('its handler in the mock threw Error: a mistake of the test');
  });

  it('without a handler are answered with a sample that fits: the same for the same seed and input', async () => {
    const { gateway } = mocked();
    const sample = await gateway.documents.get.query({ id: 'a' });
    expect(schemaOf(contract.services.documents.procedures.get.output!).safeParse(sample).success).toBe(true);
    expect(await gateway.documents.get.query({ id: 'a' })).toEqual(sample);
    expect(await gateway.documents.get.query({ id: 'b' })).not.toEqual(sample);
    expect(await mocked().gateway.documents.get.query({ id: 'a' })).toEqual(sample);
    expect(await mocked({}, { seed: 2 }).gateway.documents.get.query({ id: 'a' })).not.toEqual(sample);
  });

  it('without a handler are NOT_IMPLEMENTED where that was asked for', async () => {
    const { gateway } = mocked({}, { unhandled: 'error' });
    await expect(gateway.documents.folders.query()).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED', path: 'documents.folders' });
  });

  it('are told apart by their inputs, and forgotten by a reset, as later handlers are', async () => {
    const mock = mocked({ documents: { folders: () => ({ folders: ['first'] }) } });
    mock.use({ documents: { folders: () => ({ folders: ['later'] }) } });
    expect(await mock.gateway.documents.folders.query()).toEqual({ folders: ['later'] });
    await mock.gateway.documents.get.query({ id: 'a' });
    expect(mock.inputsOf(mock.gateway.documents.get)).toEqual([{ id: 'a' }]);
    mock.reset();
    expect(mock.calls).toEqual([]);
    expect(await mock.gateway.documents.folders.query()).toEqual({ folders: ['first'] });
  });

  it('come from any client that is given its fetch and WebSocket', async () => {
    const { fetch, WebSocket } = mocked({ documents: { folders: ({ headers }) => ({ folders: [headers['x-tenant'] ?? ''] }) } });
    const gateway: GatewayClient = createGatewayClient({ url: 'http://mock.test', fetch, WebSocket, headers: { 'x-tenant': 'acme' } });
    expect(await gateway.documents.folders.query()).toEqual({ folders: ['acme'] });
    const stop = AbortSignal.abort('enough');
    await expect(fetch('http://mock.test/rpc/documents/folders', { signal: stop })).rejects.toBe('enough');
    expect((await fetch('http://mock.test/elsewhere')).status).toBe(403);
  });
});

describe('subscriptions of a mock', () => {
  it('get what is sent to their input, or to all', async () => {
    const { gateway, emit } = mocked();
    const loops = ['inbox', 'archive'].map((folder) => iterate(gateway.documents.changes.subscribe({ folder })));
    const heard = loops.map((loop) => take(loop, 2));
    await started(gateway);
    await emit(gateway.documents.changes, saved('a'), { folder: 'inbox' });
    await emit(gateway.documents.changes, saved('b'));
    await emit(gateway.documents.changes, saved('c'));
    expect((await Promise.all(heard)).map((events) => events.map(({ document }) => document.id))).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    for (const loop of loops) await loop.return?.();
  });

  it('get the events of their handler, and end with it', async () => {
    const { gateway, calls } = mocked({
      documents: {
        *changes({ input }) {
          yield saved(`${input.folder} 1`.replace(' ', '-'));
          yield saved('second');
        },
      },
    });
    const ids: string[] = [];
    for await (const { document } of gateway.documents.changes.subscribe({ folder: 'inbox' })) ids.push(document.id);
    expect(ids).toEqual(['inbox-1', 'second']);
    expect(calls.map(({ path, kind }) => [path, kind])).toEqual([['documents.changes', 'subscription']]);
  });

  it('tell their handler when nobody follows any more', async () => {
    let stopped: Promise<unknown> = Promise.resolve();
    const { gateway } = mocked({
      documents: {
        async *changes({ signal }) {
          stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
          yield saved('a');
          await stopped;
        },
      },
    });
    const loop = iterate(gateway.documents.changes.subscribe({}));
    await take(loop, 1);
    await loop.return?.();
    await stopped;
  });

  it('miss nothing when the connection breaks, and are told when events were lost', async () => {
    const { gateway, emit, disconnect } = mocked({}, { client: { random: () => 0 } });
    const resets: unknown[] = [];
    const loop = iterate(gateway.documents.changes.subscribe({}, { onReset: ({ reason }) => resets.push(reason) }));
    const heard = take(loop, 3);
    await started(gateway);
    await emit(gateway.documents.changes, saved('a'));
    disconnect();
    await emit(gateway.documents.changes, saved('b'));
    await started(gateway);
    disconnect({ forget: true });
    await started(gateway);
    await emit(gateway.documents.changes, saved('c'));
    expect((await heard).map(({ document }) => document.id)).toEqual(['a', 'b', 'c']);
    expect(resets).toEqual(['epoch']);
    await loop.return?.();
  });

  it('are refused by a handler, or for an event that does not fit', async () => {
    const { gateway, emit } = mocked({
      chat: {
        presence: () => {
          throw new GatewayError('FORBIDDEN', 'not your room');
        },
      },
    });
    await expect(iterate(gateway.chat.presence.subscribe({ room: 'lobby' })).next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(emit(gateway.documents.changes, { ...saved('a'), change: 'lost' as 'saved' })).rejects.toThrow(
      'an event of the mock does not fit: change: ',
    );
  });
});

/** Waits until everything that is followed has started. */
function started({ $connection }: GatewayClient): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if ($connection.state.status !== 'live') return;
      stop();
      resolve();
    };
    const stop = $connection.subscribe(look);
    queueMicrotask(look);
  });
}
