/**
 * Killing the stage in the middle of edits and starting it again loses nothing that was acknowledged, and a client that was connected
 * catches up by itself. Runs the stage as its own process, on a data folder of its own; local only.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGatewayClient } from '@org/gateway-client';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { testToken } from './sign-in.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

describe.runIf(inject('stage').local)('a killed stage', () => {
  let dataDirectory: string;
  let ports: readonly number[];
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'gateway-restart-'));
    ports = await freePorts(5);
  });
  afterEach(async () => {
    if (running?.exitCode === null) await kill();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  const start = async () => {
    const [rest, socket, aws, site, issuer] = ports;
    const args = [
      '--no-load',
      '--data',
      dataDirectory,
      '--rest-port',
      rest,
      '--socket-port',
      socket,
      '--aws-port',
      aws,
      '--issuer-port',
      issuer,
      '--site-port',
      site,
    ];
    running = spawn(process.execPath, [join(root, 'apps', 'start', 'dist', 'main.js'), ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: running.stdout as NodeJS.ReadableStream })) if (line.includes('curl')) break;
    return createGatewayClient({
      url: `http://127.0.0.1:${rest}/prod`,
      socketUrl: `ws://127.0.0.1:${socket}/prod`,
      maxRetryDelayMs: 200,
      auth: { getToken: () => testToken(`http://127.0.0.1:${issuer}`) },
    });
  };
  const kill = async () => {
    const child = running as ChildProcess;
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };

  it('row 9: has every acknowledged document after it starts again, and a subscriber misses none of them', async () => {
    const gateway = await start();
    const heard: string[] = [];
    let hear = () => {};
    let started = () => {};
    const subscribed = new Promise<void>((resolve) => {
      started = resolve;
    });
    const stop = new AbortController();
    const listening = (async () => {
      for await (const { document } of gateway.documents.changes.subscribe(
        { folder: 'kill' },
        { signal: stop.signal, onStarted: () => started() },
      )) {
        heard.push(document.title);
        hear();
      }
    })();
    await subscribed;

    const acknowledged: { id: string; title: string }[] = [];
    let killed = false;
    const writer = async (name: string) => {
      for (let at = 0; !killed; at += 1) {
        const title = `${name}${at}`;
        const saved = await gateway.documents.save.mutate({ folder: 'kill', title, body: `body of ${title}` }).catch(() => undefined);
        if (saved) acknowledged.push({ id: saved.id, title });
        if (acknowledged.length >= 25) break;
      }
    };
    const writers = Promise.all([writer('a'), writer('b'), writer('c')]);
    while (acknowledged.length < 20) await new Promise(setImmediate);
    await kill();
    killed = true;
    await writers;

    const again = await start();
    for (const { id, title } of acknowledged) {
      expect(await again.documents.get.query({ id })).toMatchObject({ title, body: `body of ${title}` });
    }
    const listed = await again.documents.list.query({ folder: 'kill', limit: 100 });
    for (const item of listed.items) expect((await again.documents.get.query({ id: item.id })).title).toBe(item.title);

    await again.documents.save.mutate({ folder: 'kill', title: 'last', body: 'x' });
    await new Promise<void>((resolve) => {
      hear = () => heard.includes('last') && resolve();
      hear();
    });
    expect(heard.length).toBe(new Set(heard).size);
    expect(acknowledged.map(({ title }) => title).filter((title) => !heard.includes(title))).toEqual([]);
    stop.abort();
    await listening;
    gateway.$close();
  });
});

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
