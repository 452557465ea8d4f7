/** The REST API as a client that is not ours meets it: plain HTTP. */

import { createGatewayClient, isGatewayError } from '@org/gateway-client';
import { describe, expect, inject, it } from 'vitest';
import { freshName } from './names.js';
import { bearer, signedIn } from './sign-in.js';

const { restUrl, socketUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

const authorization = await bearer();

/** As ada. */
async function http(
  method: string,
  path: string,
  options: { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${restUrl}${path}`, {
    method,
    ...(options.body === undefined ? {} : { body: options.body }),
    headers: { ...authorization, ...options.headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined,
  };
}
const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });

describe('routes', () => {
  it('creates, reads, edits, lists and deletes a document', async () => {
    const folder = freshName('folder');
    const created = await http('POST', '/documents', json({ folder, title: 'One', body: '# Héllo' }));
    expect(created.status).toBe(201);
    const { id } = created.json;
    expect((await http('GET', `/documents/${id}`)).json).toMatchObject({ id, folder, title: 'One', body: '# Héllo', version: 1, bytes: 8 });
    expect((await http('POST', `/documents/${id}`, json({ version: 1, body: 'Two' }))).json).toMatchObject({ version: 2, title: 'One' });
    expect((await http('GET', `/documents?folder=${folder}`)).json.items).toHaveLength(1);
    expect((await http('GET', '/folders')).json.folders).toContain(folder);
    expect((await http('DELETE', `/documents/${id}`)).json).toEqual({ id });
    expect((await http('GET', `/documents/${id}`)).status).toBe(404);
  });

  it('pages through a list without losing or repeating anything', async () => {
    const folder = freshName('folder');
    const titles = ['a', 'b', 'c', 'd', 'e'];
    for (const title of titles) await gateway.documents.save.mutate({ folder, title, body: title });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await http('GET', `/documents?folder=${folder}&limit=2${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)).json;
      seen.push(...page.items.map((item: { title: string }) => item.title));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('reads repeated query parameters in their order', async () => {
    expect((await http('GET', '/whoami?tag=x&tag=y%20z&tag=%2B')).json).toMatchObject({
      tag: ['x', 'y z', '+'],
      user: expect.any(String),
      transport: 'http',
      connection: null,
    });
  });

  it('answers HEAD like GET without a body', async () => {
    const { status, text, headers } = await http('HEAD', '/health');
    expect([status, text]).toEqual([200, '']);
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('lets every origin preflight for ten days', async () => {
    const { status, headers } = await http('OPTIONS', '/documents', {
      headers: {
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-max-age')).toBe('864000');
    expect(
      headers
        .get('access-control-allow-methods')
        ?.split(',')
        .map((method) => method.trim())
        .sort(),
    ).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST']);
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  });
});

describe('bad input', () => {
  it.each([
    ['malformed JSON', 'POST', '/documents', { body: '{"title":', headers: { 'content-type': 'application/json' } }, 400, 'PARSE_ERROR'],
    ['wrong types', 'POST', '/documents', json({ folder: 5 }), 400, 'BAD_REQUEST'],
    ['an unknown procedure', 'GET', '/rpc/documents/nope', {}, 404, 'NOT_FOUND'],
    ['an unknown path', 'GET', '/no/such/path', {}, 404, 'NOT_FOUND'],
    ['an unknown path below a service', 'GET', '/documents/a/b/c', {}, 404, 'NOT_FOUND'],
    ['a wrong method', 'DELETE', '/documents', {}, 405, 'METHOD_NOT_SUPPORTED'],
    ['a bad path parameter', 'GET', '/documents/%FF', {}, 400, 'BAD_REQUEST'],
    ['a path parameter that breaks its schema', 'GET', '/documents/..%2F..%2Fetc', {}, 400, 'BAD_REQUEST'],
    ['a forged cursor', 'GET', '/documents?cursor=forged', {}, 400, 'BAD_REQUEST'],
    [
      'a body of another type',
      'POST',
      '/documents',
      { body: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  ])('P4.1, P4.3 answers %s with a status, a typed body and CORS headers', async (_, method, path, options, status, code) => {
    const answer = await http(method, path, options);
    expect([answer.status, answer.json?.error?.data?.code]).toEqual([status, code]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.json.error.data.requestId).toMatch(/.+/);
  });

  it('P4.3 refuses a body over 10 MB with 413 in the same form', async () => {
    const answer = await http('POST', '/documents', {
      body: 'x'.repeat(10 * 1024 * 1024 + 1),
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.json.error.data.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('still serves after all of that', async () => {
    expect((await http('GET', '/health')).json).toMatchObject({ status: 'ok' });
  });
});

describe('files', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256);

  it('takes an upload by signed URL and gives the same bytes back', async () => {
    const upload = await gateway.files.upload.mutate({
      name: 'naïve 東京.bin',
      contentType: 'application/octet-stream',
      bytes: bytes.length,
    });
    const put = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: bytes });
    expect(put.status).toBe(200);
    const file = await gateway.files.get.query({ key: upload.key });
    expect(file).toMatchObject({ name: 'naïve 東京.bin', bytes: 70_000, contentType: 'application/octet-stream' });
    const download = await fetch(file.url);
    expect(Buffer.from(await download.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true);
    await gateway.files.remove.mutate({ key: upload.key });
  });

  it('does not show an upload that never arrived', async () => {
    const upload = await gateway.files.upload.mutate({ name: 'never.bin', contentType: 'application/octet-stream', bytes: 10 });
    const failure = await gateway.files.get.query({ key: upload.key }).catch((error: unknown) => error);
    expect(isGatewayError(failure, gateway.files.get, 'NOT_FOUND') && failure.data).toEqual({ key: upload.key });
    expect((await gateway.files.list.query({ limit: 100 })).items.map((item) => item.key)).not.toContain(upload.key);
  });

  it.each([
    ['another size', (headers: Record<string, string>) => ({ headers, body: bytes.slice(0, 5) })],
    [
      'another type',
      (headers: Record<string, string>) => ({ headers: { ...headers, 'content-type': 'text/html' }, body: bytes.slice(0, 10) }),
    ],
  ])('refuses a signed upload of %s', async (_, request) => {
    const upload = await gateway.files.upload.mutate({ name: 'x.bin', contentType: 'application/octet-stream', bytes: 10 });
    expect((await fetch(upload.url, { method: 'PUT', ...request({ ...upload.headers }) })).status).toBe(403);
  });

  it('refuses a tampered signed URL', async () => {
    const upload = await gateway.files.upload.mutate({ name: 'x.bin', contentType: 'application/octet-stream', bytes: 10 });
    const tampered = upload.url.replace(upload.key, `${upload.key}x`);
    expect((await fetch(tampered, { method: 'PUT', headers: upload.headers, body: bytes.slice(0, 10) })).status).toBe(403);
  });

  it('stores a small binary body sent through the gateway', async () => {
    const stored = await http('POST', `/files/${encodeURIComponent('a b.png')}/content`, {
      body: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]),
      headers: { 'content-type': 'image/png' },
    });
    expect(stored.status).toBe(201);
    expect(stored.json).toMatchObject({ name: 'a b.png', contentType: 'image/png', bytes: 6 });
    const file = await gateway.files.get.query({ key: stored.json.key });
    const download = await fetch(file.url);
    expect([...new Uint8Array(await download.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]);
  });
});
