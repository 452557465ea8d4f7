/**
 * Serves a built web folder beside the APIs, as a bucket behind a CDN would: files with their content type, `index.html` for the paths of
 * a single-page application, `/runtime-config.json` with the URLs of this stage, and documents about the stage for its console.
 *
 * For development on one machine: no compression, no ranges, no caching beyond validation by `ETag`.
 */
import { createReadStream, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { StageError } from './stage-error.js';

export interface StaticSiteOptions {
  /** The built folder; it must hold an `index.html`. */
  readonly directory: string;
  readonly port: number;
  readonly host: string;
  /** The content of `/runtime-config.json`; asked at every request. */
  readonly config: () => unknown;
  /** Made at every request: JSON documents about the stage, by path. They are for pages of this machine only. */
  readonly documents?: Readonly<Record<string, StageDocument>>;
}

/** Makes a document. */
export type StageDocument = (query: URLSearchParams) => unknown;

export interface RunningSite {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the site.
 *
 * @throws StageError `SITE_UNREADABLE` when there is no `index.html` in the folder
 */
export async function startStaticSite(options: StaticSiteOptions): Promise<RunningSite> {
  const root = await rootOf(options.directory);
  const server = createServer((request, response) => {
    answer({ root, config: options.config, documents: options.documents ?? {} }, request, response).catch(() => {
      if (!response.headersSent) plain(response, 500, 'Internal Server Error');
      response.destroy();
    });
  });
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(options.port, options.host, () => listening());
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

interface Site {
  readonly root: string;
  readonly config: () => unknown;
  readonly documents: Readonly<Record<string, StageDocument>>;
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return plain(response, 405, 'Method Not Allowed');
  }
  const path = decodedPath(request.url ?? '/');
  if (path === undefined) return plain(response, 400, 'Bad Request');
  if (path === '/runtime-config.json') return sendJson(site.config(), request, response);
  const document = Object.hasOwn(site.documents, path) ? site.documents[path] : undefined;
  if (document !== undefined) return sendDocument(document, request, response);
  const file = (await findFile(site.root, path)) ?? (extname(path) === '' ? await findFile(site.root, '/index.html') : undefined);
  if (file === undefined) return plain(response, 404, 'Not Found');
  return sendFile(file, request, response);
}

/** `undefined` for what no browser asks for: broken escapes, NUL, backslashes. */
function decodedPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
    return path.includes('\0') || path.includes('\\') ? undefined : path;
  } catch {
    return undefined;
  }
}

interface FoundFile {
  readonly path: string;
  readonly stats: Stats;
}

/** A file inside the root, also after links are followed; `index.html` for a folder. */
async function findFile(root: string, path: string): Promise<FoundFile | undefined> {
  try {
    const wanted = await realpath(join(root, path));
    if (wanted !== root && !wanted.startsWith(root + sep)) return undefined;
    const stats = await stat(wanted);
    if (stats.isDirectory()) return path.endsWith('/index.html') ? undefined : await findFile(root, `${path}/index.html`);
    return stats.isFile() ? { path: wanted, stats } : undefined;
  } catch {
    return undefined;
  }
}

function sendFile({ path, stats }: FoundFile, request: IncomingMessage, response: ServerResponse): void {
  const etag = `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`;
  response.setHeader('etag', etag);
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'content-type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'content-length': stats.size,
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
}

const thisMachine = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** Other sites cannot read it: no CORS header, and no name but this machine's, so that none can be pointed here by DNS. */
function sendDocument(document: StageDocument, request: IncomingMessage, response: ServerResponse): void {
  if (thisMachine.test(request.headers.host ?? '')) sendJson(document(new URLSearchParams(request.url?.split('?')[1])), request, response);
  else plain(response, 403, 'Forbidden');
}

function sendJson(value: unknown, request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify(value ?? null);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text);
}

async function rootOf(directory: string): Promise<string> {
  const folder = resolve(directory);
  try {
    if ((await stat(join(folder, 'index.html'))).isFile()) return await realpath(folder);
  } catch (cause) {
    throw new StageError('SITE_UNREADABLE', `no index.html in ${folder}, expected a built web folder; build the site first`, { cause });
  }
  throw new StageError('SITE_UNREADABLE', `index.html in ${folder} is no file; build the site first`);
}
