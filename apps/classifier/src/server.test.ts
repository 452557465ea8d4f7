import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bindPort } from './env.js';
import { createInferenceServer } from './inference-server.js';
import { loadClassifier } from './model.js';

const server = createInferenceServer(loadClassifier());
let url: string;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

const texts = ['http router with middleware', 'an embedded key-value database'];

function invoke(body: string | Uint8Array, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> {
  return fetch(`${url}/invocations`, { method: 'POST', body, headers });
}

describe('the container', () => {
  test('says that it is ready on GET /ping', async () => {
    const response = await fetch(`${url}/ping`);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('classifies a list of texts, JSON in and out', async () => {
    const response = await invoke(JSON.stringify({ texts }));
    const { labels } = (await response.json()) as { labels: { label: string; probability: number; all: unknown[] }[] };
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(labels.map(({ label, all }) => [label, all.length])).toEqual([
      ['web', 10],
      ['database', 10],
    ]);
  });

  test('writes a line per text for application/jsonlines', async () => {
    const response = await invoke(JSON.stringify({ texts }), { 'content-type': 'application/json', accept: 'application/jsonlines' });
    const lines = (await response.text()).trimEnd().split('\n');
    expect(response.headers.get('content-type')).toBe('application/jsonlines');
    expect(lines.map((line) => (JSON.parse(line) as { label: string }).label)).toEqual(['web', 'database']);
  });

  test('reads lines of strings or objects', async () => {
    const response = await invoke('"http router with middleware"\n{"text":"an embedded key-value database"}\n', {
      'content-type': 'application/jsonlines',
      accept: 'text/csv',
    });
    expect((await response.text()).replace(/[\d.]+/g, 'P')).toBe('web,P\ndatabase,P\n');
  });

  test('reads and writes CSV, with quotes, commas and line breaks', async () => {
    const response = await invoke('http router with middleware\n"an embedded, ""key-value""\ndatabase",ignored\n', {
      'content-type': 'text/csv; charset=utf-8',
      accept: 'text/csv',
    });
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect((await response.text()).replace(/[\d.]+/g, 'P')).toBe('web,P\ndatabase,P\n');
  });

  test('gives custom attributes back', async () => {
    const response = await invoke('{"texts":[]}', { 'content-type': 'application/json', 'x-amzn-sagemaker-custom-attributes': 'trace-7' });
    expect([response.headers.get('x-amzn-sagemaker-custom-attributes'), await response.json()]).toEqual(['trace-7', { labels: [] }]);
  });

  test.each([
    [400, '{', {}, 'the body is not JSON'],
    [400, 'null', {}, 'expected { "texts"'],
    [400, '{"texts":[1]}', {}, 'expected { "texts"'],
    [400, '7\n', { 'content-type': 'application/jsonlines' }, 'line 1: expected a string'],
    [400, '"open', { 'content-type': 'text/csv' }, 'row 1'],
    [400, JSON.stringify({ texts: new Array(10_001).fill('') }), {}, 'got 10001 texts'],
    [406, '{"texts":[]}', { accept: 'image/png' }, 'got accept image/png'],
    [413, new Uint8Array(6 * 1024 * 1024 + 1), {}, 'got a body of 6291457 bytes'],
    [415, 'x', { 'content-type': 'image/png' }, 'got content type image/png'],
  ])('refuses with %i and a message, and lives on', async (status, body, headers, message) => {
    const response = await invoke(body, { 'content-type': 'application/json', ...headers });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toContain(message);
    expect((await fetch(`${url}/ping`)).status).toBe(200);
  });

  test('answers 404 elsewhere', async () => {
    expect((await fetch(`${url}/models`)).status).toBe(404);
    expect((await fetch(`${url}/invocations`)).status).toBe(404);
  });

  test('lives on after a client that speaks no HTTP, and one that leaves', async () => {
    const { port } = server.address() as { port: number };
    for (const bytes of ['nonsense\r\n\r\n', 'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{']) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write(bytes, () => socket.end());
      await once(socket.resume(), 'close');
    }
    expect((await fetch(`${url}/ping`)).status).toBe(200);
  });
});

test('the port is SAGEMAKER_BIND_TO_PORT, else 8080', () => {
  expect([bindPort({}), bindPort({ SAGEMAKER_BIND_TO_PORT: '9000' })]).toEqual([8080, 9000]);
  expect(() => bindPort({ SAGEMAKER_BIND_TO_PORT: 'http' })).toThrow('got "http", expected a port');
});

test('dist/server.js starts with Node alone and ends on SIGTERM', async () => {
  const script = fileURLToPath(new URL('../dist/server.js', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, 'serve'], { env: { SAGEMAKER_BIND_TO_PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const port = /port (\d+)/.exec(line.toString())![1];
  expect((await fetch(`http://127.0.0.1:${port}/ping`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
