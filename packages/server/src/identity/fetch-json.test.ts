/** Documents of an issuer over real sockets. */

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { fetchJson } from './fetch-json.js';

const LIMITS = { timeoutMs: 5_000, maxBytes: 1_000 };
let stop: (() => Promise<void>) | undefined;
afterEach(() => stop?.());

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
}

it('reads a document', async () => {
  const url = await serve((_, response) => response.end('{"keys":["é"]}'));
  expect(await fetchJson(url, LIMITS)).toEqual({ keys: ['é'] });
});

it('takes no more bytes than it may', async () => {
  const url = await serve((_, response) => response.end(`"${'x'.repeat(1_000)}"`));
  await expect(fetchJson(url, LIMITS)).rejects.toThrow(`${url} answered more than 1000 bytes`);
});

it('follows no redirect, and takes no error page for a document', async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('{}'));
  await expect(fetchJson(url, LIMITS)).rejects.toThrow(`${url} answered 302, expected 200`);
});

it('waits no longer than it may, for a body either', async () => {
  const silent = await serve(() => {});
  await expect(fetchJson(silent, { ...LIMITS, timeoutMs: 20 })).rejects.toThrow('took longer than 20 ms');
  await stop?.();
  const slow = await serve((_, response) => response.write('{'));
  await expect(fetchJson(slow, { ...LIMITS, timeoutMs: 20 })).rejects.toThrow();
});

it('rejects for what is no JSON, and for nobody there', async () => {
  const url = await serve((_, response) => response.end('<html>'));
  await expect(fetchJson(url, LIMITS)).rejects.toThrow(/JSON/);
  await stop?.();
  await expect(fetchJson(url, LIMITS)).rejects.toThrow(/ECONNREFUSED/);
});
