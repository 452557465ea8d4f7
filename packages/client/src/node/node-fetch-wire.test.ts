import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.fixture.js';
import { type NodeFetchOptions, nodeFetch } from './node-fetch.js';
import { type RawServer, startRawServer } from './raw-server.fixture.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(answer: (request: string, socket: Socket) => string | Buffer | undefined): Promise<RawServer> {
  const server = await startRawServer(answer);
  cleanups.push(server.close);
  return server;
}

function transportOf(options: NodeFetchOptions = {}) {
  const transport = nodeFetch(options);
  cleanups.push(transport.close);
  return transport;
}

const textOf = async (response: Promise<Response>) => (await response).text();

/** A body with its codings. */
const coded = (coding: string, body: Buffer) =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\ncontent-length: ${body.length}\r\n\r\n`), body]);

describe('a request of the transport for Node', () => {
  it('is one piece of HTTP/1.1', async () => {
    const server = await serve(() => OK);
    const headers = { accept: 'application/json;gw=2', 'idempotency-key': 'k', host: 'elsewhere', 'content-length': '9' };
    await transportOf()(`${server.url}/a?b=%22`, { method: 'POST', headers, body: 'Grüße' });
    expect(server.requests).toEqual([
      'POST /a?b=%22 HTTP/1.1\r\n' +
        `host: ${server.url.slice(7)}\r\n` +
        'accept: application/json;gw=2\r\nidempotency-key: k\r\n' +
        'connection: keep-alive\r\naccept-encoding: gzip, deflate, br\r\nuser-agent: node\r\ncontent-length: 7\r\n\r\n' +
        Buffer.from('Grüße').toString('latin1'),
    ]);
  });

  it('has bytes of any kind for a body, and header values of Latin-1', async () => {
    const server = await serve(() => OK);
    const fetch = transportOf();
    for (const body of [new Uint8Array([1, 200]), new Uint8Array([1, 200]).buffer, new Blob([new Uint8Array([1, 200])])])
      await fetch(server.url, { method: 'PUT', headers: { name: 'Jürgen' }, body });
    const heads = server.requests.map((request) => [request.slice(0, 14), /name: .*/.exec(request)?.[0], request.slice(-6)]);
    expect(heads).toEqual(Array(3).fill(['PUT / HTTP/1.1', 'name: Jürgen', '\r\n\r\n\x01\xc8']));
  });

  it('is encoded where its URL is not', async () => {
    const server = await serve(() => OK);
    const targets = ['/ü b?c=d#e', '/a/../b', '/./a"b', '', '/?a=%22/.b'];
    for (const target of targets) await transportOf()(server.url + target, {});
    expect(server.requests.map((request) => request.split(' ')[1])).toEqual(['/%C3%BC%20b?c=d', '/b', '/a%22b', '/', '/?a=%22/.b']);
  });

  it.each([
    ['a value that is two lines', { headers: { a: 'b\r\nc: d' } }, 'header a has characters that no header may have'],
    ['a name that is none', { headers: { 'a b': 'c' } }, 'a header is called "a b", expected letters, digits and hyphens'],
    ['a method that is none', { method: 'GET / HTTP/1.1\r\n' }, 'method is "GET / HTTP/1.1\\r\\n", expected a token such as POST'],
    [
      'a body that is a form',
      { method: 'POST', body: new URLSearchParams() },
      'body is [object URLSearchParams], expected text, bytes or a Blob',
    ],
  ])('is not sent with %s', async (_, init, message) => {
    const server = await serve(() => OK);
    await expect(transportOf()(server.url, init)).rejects.toMatchObject({ message: 'fetch failed', cause: { message } });
    expect(server.requests).toEqual([]);
  });
});

describe('an answer', () => {
  const text = '{"name":"Grüße"}';
  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ])('that is compressed (%s) is read', async (coding, body) => {
    const server = await serve(() => coded(coding, body));
    expect(await textOf(transportOf()(server.url, {}))).toBe(text);
  });

  it('of a coding that nobody asked for, or that is broken, is a failure', async () => {
    const fetch = transportOf();
    const unknown = await serve(() => coded('zstd', Buffer.from(text)));
    await expect(fetch(unknown.url, {})).rejects.toMatchObject({
      cause: { message: 'got content-encoding zstd, expected gzip, deflate or br' },
    });
    const broken = await serve(() => coded('gzip', Buffer.from(text)));
    await expect(fetch(broken.url, {})).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'Z_DATA_ERROR' } });
  });

  it('is itself, as text, JSON and bytes, more than once', async () => {
    // A byte order mark is no part of a text: https://encoding.spec.whatwg.org/#utf-8-decode
    const server = await serve(() => 'HTTP/1.1 201 Created\r\nETag: "1"\r\ncontent-length: 6\r\n\r\n\ufeff[1]');
    const response = await transportOf()(server.url, {});
    expect([response.ok, response.status, response.headers.get('ETag'), response.headers.get('x')]).toEqual([true, 201, '"1"', null]);
    expect([await response.text(), await response.json()]).toEqual(['[1]', [1]]);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0xef, 0xbb, 0xbf, 91, 49, 93]);
  });
});

describe('redirects', () => {
  const redirect = (status: number, location: string) => `HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
  const seen = (server: RawServer) =>
    server.requests.map((request) => [request.split(' HTTP')[0], /authorization|content-type: .*/.exec(request)?.[0]]);
  const init = { method: 'POST', headers: { authorization: 'Bearer a', 'content-type': 'text/plain' }, body: 'b' };

  it.each([
    [302, ['GET /new', 'authorization']],
    [303, ['GET /new', 'authorization']],
    [308, ['POST /new', 'authorization']],
  ])('are followed: %i', async (status, last) => {
    const server = await serve((request) => (request.includes(' /old ') ? redirect(status, 'new') : OK));
    const response = await transportOf()(`${server.url}/old`, init);
    expect([response.status, response.redirected, response.url]).toEqual([200, true, `${server.url}/new`]);
    expect(seen(server)[1]).toEqual(last);
  });

  it('take no credentials to another server', async () => {
    const other = await serve(() => OK);
    const server = await serve(() => redirect(307, `${other.url}/x`));
    expect(await textOf(transportOf()(server.url, init))).toBe('ok');
    expect(seen(other)).toEqual([['POST /x', 'content-type: text/plain']]);
  });

  it('end after 20', async () => {
    const server = await serve(() => redirect(301, '/'));
    await expect(transportOf()(server.url, {})).rejects.toMatchObject({ cause: { message: 'got more than 20 redirects' } });
    expect(server.requests.length).toBe(21);
  });
});

describe('a kept connection that the server closed', () => {
  /** Answers once on each connection and hangs up on what comes next. */
  const once = () => {
    const used = new WeakSet<Socket>();
    return serve((_, socket) => {
      if (used.has(socket)) return void socket.destroy();
      used.add(socket);
      return OK;
    });
  };

  it.each([
    ['GET', {}],
    ['POST', { 'idempotency-key': 'k' }],
  ])('is no failure of a request that may be sent twice (%s)', async (method, headers) => {
    const server = await once();
    const fetch = transportOf();
    for (let call = 0; call < 3; call += 1) expect(await textOf(fetch(server.url, { method, headers }))).toBe('ok');
    expect([server.requests.length, server.connections()]).toEqual([5, 3]);
  });

  it('fails one that may have been executed', async () => {
    const server = await once();
    const fetch = transportOf();
    await fetch(server.url, {});
    await expect(fetch(server.url, { method: 'POST' })).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNRESET' } });
  });

  it('is not used when the server said that it would', async () => {
    const kept = (how: string) => `HTTP/1.1 200 OK\r\n${how}\r\ncontent-length: 0\r\n\r\n`;
    for (const how of ['keep-alive: timeout=1, max=5', 'connection: close']) {
      const server = await serve(() => kept(how));
      const fetch = transportOf();
      await fetch(server.url, {});
      await fetch(server.url, {});
      expect([how, server.connections()]).toEqual([how, 2]);
    }
  });

  it('fails with what broke when it was the first request, or the answer had begun', async () => {
    const mute = await serve((_, socket) => void socket.destroy());
    await expect(transportOf()(mute.url, {})).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    const halfway = await serve((_, socket) => void socket.end(OK.slice(0, -1)));
    await expect(transportOf()(halfway.url, {})).rejects.toMatchObject({ cause: { message: 'the server closed the connection' } });
    expect([mute.requests.length, halfway.requests.length]).toEqual([1, 1]);
  });
});

describe('connections', () => {
  it('are as many as they may be; what waits is served in turn', async () => {
    const server = await serve(() => OK);
    const fetch = transportOf({ maxConnections: 2 });
    expect(await Promise.all(Array.from({ length: 9 }, () => textOf(fetch(server.url, {}))))).toEqual(Array(9).fill('ok'));
    expect(server.connections()).toBe(2);
  });

  it('are opened anew for what waits when the server closes each after an answer', async () => {
    const server = await serve((_, socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nok'));
    const fetch = transportOf({ maxConnections: 2 });
    expect(await Promise.all(Array.from({ length: 5 }, () => textOf(fetch(server.url, {}))))).toEqual(Array(5).fill('ok'));
    expect(server.connections()).toBe(5);
  });

  it('are not kept from what waits by what was given up', async () => {
    const server = await serve((request) => (request.includes('/never') ? undefined : OK));
    const fetch = transportOf({ maxConnections: 1 });
    const [busy, waiting] = [new AbortController(), new AbortController()];
    const never = fetch(`${server.url}/never`, { signal: busy.signal });
    const given = fetch(`${server.url}/given-up`, { signal: waiting.signal });
    const last = fetch(`${server.url}/last`, {});
    waiting.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    busy.abort();
    await expect(never).rejects.toMatchObject({ name: 'AbortError' });
    expect(await textOf(last)).toBe('ok');
    expect(server.requests.map((request) => request.split(' ')[1])).not.toContain('/given-up');
    await expect(fetch(server.url, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('hold the process while an answer is awaited, and not when they are idle', async () => {
    const holding = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    let during = 0;
    const server = await serve(() => {
      during = holding();
      return OK;
    });
    await textOf(transportOf()(server.url, {}));
    expect(during - holding()).toBe(1);
  });

  it('that cannot be opened fail what they were for, with the reason', async () => {
    const server = await startRawServer(() => OK);
    await server.close();
    await expect(transportOf()(server.url, {})).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
    const silent = await serve(() => undefined);
    const tooSlow = transportOf({ connectTimeoutMs: 20 })(silent.url.replace('http', 'https'), {});
    await expect(tooSlow).rejects.toMatchObject({ cause: { message: 'no connection within 20 ms', code: 'ETIMEDOUT' } });
  });

  it('end with the transport, and what is under way fails', async () => {
    const server = await serve(() => undefined);
    const fetch = transportOf({ maxConnections: 1 });
    const calls = [fetch(server.url, {}), fetch(server.url, {})];
    fetch.close();
    for (const call of calls) await expect(call).rejects.toMatchObject({ cause: { message: 'the transport was closed' } });
  });

  it('are encrypted, and kept, for https', async () => {
    const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (_, response) => response.end('secret'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    let connections = 0;
    server.on('secureConnection', () => {
      connections += 1;
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const fetch = transportOf({ ca: TEST_CERTIFICATE });
    expect([await textOf(fetch(url, {})), await textOf(fetch(url, {}))]).toEqual(['secret', 'secret']);
    expect(connections).toBe(1);
    await expect(transportOf()(url, {})).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
  });
});
