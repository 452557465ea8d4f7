import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from './fake-server.fixture.js';
import * as client from './index.js';
import { event, started, stopped } from './socket/socket-client.fixture.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

it('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\nimport (\{.*?\}) from '@org\/gateway-client';\n(.*?)```/s.exec(readme);
  const source = `export const run = async (${example?.[1]}, url, socketUrl, render) => {${example?.[2]}}`;
  const { code } = await transform(source, { loader: 'ts' });
  const { run } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

  const rendered: unknown[] = [];
  server.answer(() => ({
    status: 404,
    body: '{"error":{"message":"gone","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"path":"documents.get","error":"NOT_FOUND","details":{"id":"welcome"}}}}',
  }));
  const running = run(client, server.url, server.url.replace('http', 'ws'), (value: unknown) => rendered.push(value));
  (await server.peer()).send(started(1), event(1, 'e1.1', { change: 'saved', document: { title: 'Plan' } }), stopped(1));
  await running;
  expect(rendered).toEqual(['no document welcome', 'Plan']);
});
