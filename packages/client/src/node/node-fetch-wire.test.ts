import { execFile } from 'node:child_process';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.fixture.js';
import { type NodeFetchOptions, nodeFetch } from './node-fetch.js';
import { type RawServer, startRawServer } from './raw-server.fixture.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(answer: Parameters<typeof startRawServer>[0]): Promise<RawServer> {
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

describe('the transport for Node', () => {
  it('sends what it is given, with the length of the body in bytes', async () => {
    const server = await serve(() => OK);
    const headers = { accept: 'application/json;gw=2', 'idempotency-key': 'k' };
    await transportOf()(`${server.url}/a?b=%22`, { method: 'POST', headers, body: 'Grüße' });
    const [head, body] = server.requests[0]!.split('\r\n\r\n');
    expect(head!.split('\r\n').sort()).toEqual([
      'POST /a?b=%22 HTTP/1.1',
      'accept: application/json;gw=2',
      'connection: keep-alive',
      'content-length: 7',
      `host: ${server.url.slice(7)}`,
      'idempotency-key: k',
    ]);
    expect(Buffer.from(body!, 'latin1').toString()).toBe('Grüße');
  });

  it('refuses headers of two lines', async () => {
    const server = await serve(() => OK);
    await expect(transportOf()(server.url, { headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({
      message: 'fetch failed',
      cause: { code: 'UND_ERR_INVALID_ARG' },
    });
    expect(server.requests).toEqual([]);
  });

  it('gives the answer as text, JSON and bytes, and headers by any case of their names', async () => {
    const server = await serve(() => 'HTTP/1.1 201 Created\r\nETag: "1"\r\ncontent-length: 3\r\n\r\n[1]');
    const response = await transportOf()(server.url, {});
    expect([response.ok, response.status, response.headers.get('ETag'), response.headers.get('x')]).toEqual([true, 201, '"1"', null]);
    expect([await response.text(), await response.json()]).toEqual(['[1]', [1]]);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([91, 49, 93]);
  });

  it('opens as many connections as it may; what waits is served in turn', async () => {
    const server = await serve(() => OK);
    const fetch = transportOf({ maxConnections: 2 });
    expect(await Promise.all(Array.from({ length: 9 }, () => textOf(fetch(server.url, {}))))).toEqual(Array(9).fill('ok'));
    expect(server.connections()).toBe(2);
  });

  it('goes on with what waits when what was before it is given up, and never sends what was given up waiting', async () => {
    const server = await serve((request) => (request.includes('/never') ? undefined : OK));
    const fetch = transportOf({ maxConnections: 1 });
    const [busy, waiting] = [new AbortController(), new AbortController()];
    const never = fetch(`${server.url}/never`, { signal: busy.signal });
    const given = fetch(`${server.url}/given-up`, { signal: waiting.signal });
    const last = fetch(`${server.url}/last`, {});
    // Its code is loaded, and the first request is on its way.
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    waiting.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    busy.abort();
    await expect(never).rejects.toMatchObject({ name: 'AbortError' });
    expect(await textOf(last)).toBe('ok');
    expect(server.requests.map((request) => request.split(' ')[1])).not.toContain('/given-up');
    await expect(fetch(server.url, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('lets a process end whose calls have, and keeps it until then', async () => {
    // The server would keep the connection for longer than the test waits.
    const server = await serve(() => OK.replace('\r\n\r\n', '\r\nkeep-alive: timeout=300\r\n\r\n'));
    // The compiled transport: Node loads no TypeScript.
    const transport = new URL('../../dist/node/index.js', import.meta.url).href;
    const program = `const { nodeFetch } = await import('${transport}'); nodeFetch()('${server.url}', {}).then((it) => it.text()).then(console.log);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
    expect(stdout).toBe('ok\n');
  });

  it('fails with the reason when no connection can be opened', async () => {
    const server = await startRawServer(() => OK);
    await server.close();
    await expect(transportOf()(server.url, {})).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
  });

  it('fails what is under way when it is closed', async () => {
    const server = await serve(() => undefined);
    const fetch = transportOf({ maxConnections: 1 });
    const calls = [fetch(server.url, {}), fetch(server.url, {})];
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    fetch.close();
    const ends = await Promise.allSettled(calls);
    expect(ends).toMatchObject(Array(2).fill({ status: 'rejected', reason: { cause: { code: 'UND_ERR_DESTROYED' } } }));
  });

  it('speaks TLS over kept connections, and trusts whom it is told to', async () => {
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
    const fetch = transportOf({ ca: TEST_CERTIFICATE, maxConnections: 1 });
    expect([await textOf(fetch(url, {})), await textOf(fetch(url, {}))]).toEqual(['secret', 'secret']);
    expect(connections).toBe(1);
    await expect(transportOf()(url, {})).rejects.toMatchObject({ cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
  });
});
