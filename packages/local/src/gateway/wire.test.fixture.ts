/**
 * Clients for the gateway's tests: HTTP that keeps the spelling of headers and paths, and a WebSocket client that misses no message.
 */
import { type ClientRequest, request as httpRequest } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { WebSocket } from 'ws';

/** An answer with its headers as sent. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names to all values. */
  readonly headers: Readonly<Record<string, string[]>>;
  /** Names as sent. */
  readonly headerNames: readonly string[];
  readonly body: Buffer;
  json(): unknown;
}

export interface HttpCall {
  readonly method?: string;
  /** Appended to the base URL as it is. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** Sends one request byte for byte as asked: paths and header names keep their spelling. */
export function send(baseUrl: string, call: HttpCall = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const base = new URL(baseUrl);
    const path = `${base.pathname.replace(/\/$/, '')}${call.path ?? ''}` || '/';
    const outgoing: ClientRequest = httpRequest(
      { host: base.hostname, port: base.port, path, method: call.method ?? 'GET', headers: call.headers ?? {}, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const body = Buffer.concat(chunks);
          const headers: Record<string, string[]> = {};
          for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
            const name = (incoming.rawHeaders[index] ?? '').toLowerCase();
            headers[name] = [...(headers[name] ?? []), incoming.rawHeaders[index + 1] ?? ''];
          }
          const headerNames = incoming.rawHeaders.filter((_, index) => index % 2 === 0);
          resolve({ status: incoming.statusCode ?? 0, headers, headerNames, body, json: () => JSON.parse(body.toString()) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

/** A connected client that keeps what it gets, so that no message can be missed between two awaits. */
export interface TestClient {
  readonly socket: WebSocket;
  /** The next text message. */
  next(): Promise<string>;
  /** The next message as JSON. */
  nextJson(): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with code and reason when the connection is over. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Connects; rejects with `handshake STATUS` when the upgrade is refused. */
export function connect(url: string, protocols: string[] = [], headers: Readonly<Record<string, string>> = {}): Promise<TestClient> {
  const socket = new WebSocket(url, protocols, { headers: { ...headers } });
  const inbox: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.on('message', (data) => {
    const waiter = waiting.shift();
    if (waiter) waiter(String(data));
    else inbox.push(String(data));
  });
  const next = (): Promise<string> => {
    const ready = inbox.shift();
    return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready);
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ socket, next, nextJson: async () => JSON.parse(await next()), closed }));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`handshake ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}

/** Upgrades on a bare TCP socket, for tests of single bytes; resolves when the request is written, not when it is answered. */
export function connectRaw(url: string): Promise<Socket> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const head = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.write(`${head.join('\r\n')}\r\n\r\n`, () => resolve(socket));
  });
}
