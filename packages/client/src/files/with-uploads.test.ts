import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGatewayClient } from '../create-client.js';
import { type FakeServer, startFakeServer } from '../fake-server.fixture.js';
import { createHttpClient } from '../http/create-http-client.js';
import { isGatewayError } from '../is-gateway-error.js';
import { uploader } from './uploader.js';
import { withUploads } from './with-uploads.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const FILE = { key: 'k1', name: 'a.txt', contentType: 'text/plain', bytes: 2, uploadedAtMs: 1_700_000_000_123 };

describe('a client with uploads', () => {
  it.each([
    ['with the socket', () => createGatewayClient({ url: server.url })],
    ['without', () => createHttpClient({ url: server.url })],
  ])('uploads a file, and calls as before: %s', async (_what, make) => {
    const place = { key: 'k1', url: `${server.url}/bucket/k1`, headers: {}, expiresAtMs: 1_700_000_600_123 };
    server.answer(({ target }) => ({
      body: JSON.stringify({ result: { data: target.endsWith('/upload') ? place : target.includes('/rpc/') ? FILE : '' } }),
    }));
    const gateway = withUploads(make());
    expect(await gateway.files.upload(new Blob(['hi'], { type: 'text/plain' }), { name: 'a.txt' })).toEqual(FILE);
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /prod/rpc/files/upload',
      'PUT /prod/bucket/k1',
      'POST /prod/rpc/files/uploaded',
    ]);
    expect(await gateway.files.upload.mutate({ name: 'a', contentType: 'text/plain', bytes: 1 })).toEqual(place);
    expect(await gateway.files.uploaded.mutate({ key: 'k1' })).toEqual(FILE);
    expect(gateway.files.upload).toBe(gateway.files.upload);
    expect(gateway.files.upload.path).toBe('files.upload');
  });

  it('has limits of its own and typed errors', async () => {
    const gateway = withUploads(createGatewayClient({ url: server.url }), { limits: { accept: ['*/*'], maxBytes: 1 } });
    const failure = await gateway.files.upload(new Blob(['hi'])).catch((cause: unknown) => cause);
    expect(isGatewayError(failure, gateway.files.upload, 'TOO_LARGE') && failure.data.maxBytes).toBe(1);
    expect(gateway.$connection.state.status).toBe('idle');
  });
});

it('the example of the README runs', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /import { uploader } from '@org\/gateway-client\/files';\n(.*?)```/s.exec(readme)?.[1];
  const values = ['uploader', 'isGatewayError', 'gateway', 'file', 'signal', 'draw', 'later'];
  const { code } = await transform(`export const run = async (${values}) => {${example}}`, { loader: 'ts' });
  const { run } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const place = { key: 'k1', url: `${server.url}/bucket/k1`, headers: {}, expiresAtMs: 1_700_000_600_123 };
  server.answer(({ target }) => ({
    body: JSON.stringify({ result: { data: target.endsWith('/upload') ? place : target.includes('/rpc/') ? FILE : '' } }),
  }));
  const drawn: unknown[] = [];
  const draw = (value: unknown) => drawn.push(value);
  await run(uploader, isGatewayError, createGatewayClient({ url: server.url }), new Blob(['hi']), undefined, draw, draw);
  expect(drawn).toEqual([0, 1, 'k1']);
});
