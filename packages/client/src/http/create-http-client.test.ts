import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import { createHttpClient } from './create-http-client.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

it('makes the calls of the full client', async () => {
  server.answer(({ method }) => ({ body: `{"result":{"data":"${method}"}}` }));
  const http = createHttpClient({ url: server.url });
  expect(await Promise.all([http.documents.get.query({ id: 'a' }), http.documents.remove.mutate({ id: 'a' })])).toEqual(['GET', 'POST']);
});

it('refuses a missing url at once', () => {
  expect(() => createHttpClient({ url: '' })).toThrow("url is , expected the API's");
});

it('gives results and errors as values with `safe`', async () => {
  const http = createHttpClient({ url: server.url });
  server.answer(() => ({ body: '{"result":{"data":1}}' }));
  expect(await http.documents.get.query.safe({ id: 'a' })).toEqual({ ok: true, data: 1 });
  server.answer(() => ({
    status: 404,
    body: '{"error":{"message":"gone","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"error":"NOT_FOUND","details":{"id":"a"}}}}',
  }));
  expect(await http.documents.get.query.safe({ id: 'a' })).toMatchObject({ ok: false, error: { error: 'NOT_FOUND', data: { id: 'a' } } });
  expect(await http.documents.remove.mutate.safe({ id: 'a' }, { signal: AbortSignal.abort() })).toMatchObject({
    ok: false,
    error: { code: 'CLIENT_CLOSED_REQUEST' },
  });
});
