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
