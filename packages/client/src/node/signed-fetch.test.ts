/** What is signed, and how often. That AWS takes such signatures is tested against the local stage (apps/e2e, P5.5). */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import { createHttpClient } from '../http/index.js';
import { nodeFetch } from './node-fetch.js';
import { signedFetch } from './signed-fetch.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const NOW_MS = 1_764_000_000_123;
const keys = { accessKeyId: 'ASIAREADER', secretAccessKey: 'secret', sessionToken: 'session' };

function start(options: Partial<Parameters<typeof signedFetch>[0]> = {}) {
  const fetch = signedFetch({ credentials: keys, region: 'eu-central-1', now: () => NOW_MS, ...options });
  return createHttpClient({ url: server.url, fetch });
}
const signatureOf = (at: number) => /Signature=([0-9a-f]{64})$/.exec(server.requests[at]?.headers.authorization ?? '')?.[1];

describe('a signed request', () => {
  it('says whose it is, of which region, day and service, and what is signed', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    await start().documents.get.query({ id: 'a b,c' });
    const { authorization = '', ...headers } = server.requests[0]?.headers ?? {};
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=ASIAREADER\/20251124\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=accept;host;[a-z0-9;-]+, Signature=[0-9a-f]{64}$/,
    );
    expect(headers).toMatchObject({ 'x-amz-date': '20251124T160000Z', 'x-amz-security-token': 'session', host: new URL(server.url).host });
  });

  it('has another signature for another input, in the URL or in the body', async () => {
    server.answer(() => ({ body: '{"result":{}}' }));
    const gateway = start();
    for (const id of ['a', 'b']) await gateway.documents.get.query({ id });
    for (const id of ['a', 'b']) await gateway.documents.remove.mutate({ id }, { key: 'k' });
    expect(new Set([0, 1, 2, 3].map(signatureOf)).size).toBe(4);
    expect(server.requests[2]?.body).toBe('{"id":"a"}');
  });

  it('that is repeated is signed anew, with the keys and the time of then', async () => {
    let at = 0;
    server.answer(() => (server.requests.length === 1 ? { status: 503, body: '{}' } : { body: '{"result":{}}' }));
    const credentials = async () => ({ ...keys, accessKeyId: `ASIA${++at}` });
    await start({ credentials, now: () => NOW_MS + at * 1_000, fetch: nodeFetch() }).documents.folders.query();
    expect(server.requests.map(({ headers }) => [/ASIA\d/.exec(headers.authorization ?? '')?.[0], headers['x-amz-date']])).toEqual([
      ['ASIA1', '20251124T160000Z'],
      ['ASIA2', '20251124T160001Z'],
    ]);
  });

  it('is not sent when there are no keys', async () => {
    const credentials = () => Promise.reject(new Error('no role here'));
    const gateway = createHttpClient({ url: server.url, retries: 0, fetch: signedFetch({ credentials, region: 'eu-central-1' }) });
    await expect(gateway.documents.folders.query()).rejects.toMatchObject({ code: 'NETWORK_ERROR', cause: { message: 'no role here' } });
    expect(server.requests).toEqual([]);
  });
});
