import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from './bundle.fixture.js';
import type { createGatewayClient } from './create-client.js';
import { fakeClock } from './fake-clock.fixture.js';
import { refusal, result } from './http/http-client.fixture.js';
import type { GatewayClientOptions } from './options.js';
import { iterate } from './socket/socket-client.fixture.js';
import type { WebSocketLike } from './socket/web-socket.js';

/** The page's files, and what makes its clients. */
let folder: string;
let names: readonly string[];
let create: typeof createGatewayClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  const { files } = await bundlePage(`export { createGatewayClient } from './index.ts';`, { splitting: true });
  names = [...files.keys()];
  for (const [name, contents] of files) await writeFile(join(folder, name), contents);
  ({ createGatewayClient: create } = await import(pathToFileURL(join(folder, 'page.js')).href));
});
afterAll(() => rm(folder, { recursive: true }));

/** Takes a file of the page from the server; the answer puts it back. */
async function takeAway(beginning: string): Promise<() => Promise<void>> {
  const path = join(folder, names.find((each) => each.startsWith(beginning)) as string);
  await rename(path, `${path}.away`);
  return () => rename(`${path}.away`, path);
}

const client = (status: number, options: Partial<GatewayClientOptions> = {}) =>
  create({
    url: 'http://page.test',
    fetch: async () => new Response((status === 200 ? result('there') : refusal(status, 'NOT_FOUND')).body, { status }),
    ...options,
  });

describe('a page whose files are gone from the server', () => {
  it('gets results as ever, and NETWORK_ERROR that says what is gone for errors, until it is back', async () => {
    const putBack = await takeAway('trouble-');
    await expect(client(200).documents.get.query({ id: 'a' })).resolves.toBe('there');
    const gateway = client(404);
    const call = () => gateway.documents.get.query({ id: 'a' });
    await expect(call()).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'NETWORK_ERROR',
      message: expect.stringContaining('trouble-'),
    });
    await putBack();
    await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('sends nothing without what signs it', async () => {
    const putBack = await takeAway('auth-');
    const gateway = client(200, { auth: { getToken: () => 'a.b.c' } });
    const call = () => gateway.documents.get.query({ id: 'a' });
    await expect(call()).rejects.toMatchObject({ code: 'NETWORK_ERROR', message: expect.stringContaining('auth-') });
    await putBack();
    await expect(call()).resolves.toBe('there');
  });

  it('has no connection until the socket’s code is back, and asks for it again', async () => {
    const putBack = await takeAway('socket-engine-');
    const clock = fakeClock();
    const opened: string[] = [];
    class Socket implements WebSocketLike {
      onopen = null;
      onmessage = null;
      onclose = null;
      onerror = null;
      constructor(url: string) {
        opened.push(url);
      }
      send(): void {}
      close(): void {}
    }
    const gateway = client(200, { clock, random: () => 0.5, WebSocket: Socket });
    const controller = new AbortController();
    const left = iterate(gateway.documents.changes.subscribe({}, { signal: controller.signal })).next();
    const loop = iterate(gateway.documents.changes.subscribe({})).next();
    await clock.timer(2_500);
    expect(gateway.$connection.state).toEqual({
      status: 'offline',
      attempt: 2,
      retryInMs: 2_500,
      reason: expect.stringContaining('socket-engine-'),
    });
    controller.abort();
    expect(await left).toMatchObject({ done: true });
    clock.advance(2_500);
    await clock.timer(2_500);
    await putBack();
    clock.advance(2_500);
    await expect.poll(() => opened).toEqual(['ws://page.test?gw=2&session=s0505']);
    gateway.$close();
    expect(await loop).toMatchObject({ done: true });
    expect(clock.pending).toEqual([]);
  });

  it('cannot call over the socket, and says so', async () => {
    const putBack = await takeAway('socket-call-');
    const gateway = client(200);
    const call = () => gateway.documents.get.query({ id: 'a' }, { over: 'socket' });
    await expect(call()).rejects.toMatchObject({
      code: 'NETWORK_ERROR',
      message: '[NETWORK_ERROR] documents.get cannot load what calls over the socket',
    });
    gateway.$close();
    await putBack();
    await expect(call()).rejects.toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
  });
});
