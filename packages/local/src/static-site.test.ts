import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSite, startStaticSite } from './static-site.js';

let scratch: string;
let site: RunningSite;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'gateway-local-'));
  const web = join(scratch, 'web');
  await mkdir(join(web, 'assets'), { recursive: true });
  await writeFile(join(web, 'index.html'), '<h1>app</h1>');
  await writeFile(join(web, 'assets', 'app.js'), 'start();');
  await writeFile(join(web, 'assets', 'logo.svg'), '<svg/>');
  await writeFile(join(scratch, 'secret.txt'), 'secret');
  await symlink(join(scratch, 'secret.txt'), join(web, 'assets', 'link.txt'));
  site = await startStaticSite({
    directory: web,
    port: 0,
    host: '127.0.0.1',
    config: () => ({ url: 'http://127.0.0.1:4101/prod' }),
    documents: { '/_stage/decisions': (query) => ({ limit: query.get('limit') }) },
  });
});

afterEach(async () => {
  await site.close();
  await rm(scratch, { recursive: true });
});

/** Sends a path as it is: `fetch` would resolve `..` itself. */
function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: NodeJS.Dict<unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(site.url);
    request({ hostname, port, path, headers, method }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('startStaticSite', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', '<h1>app</h1>'],
    ['/index.html', 'text/html; charset=utf-8', '<h1>app</h1>'],
    ['/assets/app.js?v=1', 'text/javascript; charset=utf-8', 'start();'],
    ['/assets/logo.svg', 'image/svg+xml', '<svg/>'],
  ])('serves %s as %s', async (path, contentType, body) => {
    expect(await get(path)).toMatchObject({ status: 200, body, headers: { 'content-type': contentType, 'cache-control': 'no-cache' } });
  });

  it('gives index.html for the paths of the application, and 404 for missing files', async () => {
    expect(await get('/documents/7')).toMatchObject({ status: 200, body: '<h1>app</h1>' });
    expect(await get('/assets')).toMatchObject({ status: 200, body: '<h1>app</h1>' });
    expect(await get('/assets/missing.js')).toMatchObject({ status: 404 });
  });

  it('gives the configuration, never from a cache', async () => {
    const reply = await get('/runtime-config.json');
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
    expect(JSON.parse(reply.body)).toEqual({ url: 'http://127.0.0.1:4101/prod' });
  });

  it('answers 304 to the ETag it gave', async () => {
    const { headers } = await get('/assets/app.js');
    expect(await get('/assets/app.js', { 'if-none-match': `"other", ${String(headers.etag)}` })).toMatchObject({ status: 304, body: '' });
    expect(await get('/assets/app.js', { 'if-none-match': '"other"' })).toMatchObject({ status: 200 });
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/link.txt',
    '//secret.txt',
    '/%00.txt',
    '/..%5csecret.txt',
    '/%zz',
  ])('does not leave the folder for %s', async (path) => {
    const reply = await get(path);
    expect([400, 404]).toContain(reply.status);
    expect(reply.body).not.toContain('secret');
  });

  it('answers HEAD without a body and refuses to write', async () => {
    expect(await get('/assets/app.js', {}, 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '8' } });
    expect(await get('/', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('serves documents about the stage to pages of this machine only', async () => {
    expect(await get('/_stage/decisions?limit=5')).toMatchObject({ status: 200, body: '{"limit":"5"}' });
    expect(await get('/_stage/decisions', { host: 'localhost:4100' })).toMatchObject({ status: 200, body: '{"limit":null}' });
    expect(await get('/_stage/decisions', { host: 'attacker.example' })).toMatchObject({ status: 403 });
    expect(await get('/_stage/other.json')).toMatchObject({ status: 404 });
  });
});
