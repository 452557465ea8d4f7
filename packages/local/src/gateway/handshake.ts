/**
 * The HTTP side of a WebSocket upgrade: is it one, for this stage, and how does a refusal look on the wire.
 * The answer to a refused handshake is AWS's JSON with the connection and request id; no browser shows it, but `ws` and curl do.
 * @see https://datatracker.ietf.org/doc/html/rfc6455#section-4.2.1
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../parts.js';
import type { HeaderList } from './header-list.js';
import type { Random } from './identifiers.js';
import { readRestRequest } from './rest-request.js';

const MAX_URL_LENGTH = 4096;

/** What the gateway needs of the upgrade request. */
export interface Handshake {
  readonly headers: HeaderList;
  readonly query: HeaderList;
  readonly host: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
}

/** A handshake refused before any route ran. */
export interface HandshakeRefusal {
  readonly statusCode: number;
  readonly message: string;
}

/** Reads the upgrade request of the given stage. */
export function readHandshake(
  request: IncomingMessage,
  { stageName, clock, random }: { readonly stageName: string; readonly clock: Clock; readonly random: Random },
): Handshake | HandshakeRefusal {
  if ((request.url ?? '').length > MAX_URL_LENGTH) return { statusCode: 414, message: 'Request-URI Too Long' };
  const { stage, path, headers, query, host, sourceIp, userAgent } = readRestRequest(request, { clock, random });
  if (stage !== stageName || path !== '/') return { statusCode: 403, message: 'Forbidden' };
  if (!isUpgrade(request)) return { statusCode: 400, message: 'Bad Request' };
  return { headers, query, host, sourceIp, userAgent: userAgent ?? undefined };
}

function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13'
  );
}

/** Answers an upgrade with an HTTP status and ends the connection. */
export function refuseHandshake(socket: Duplex, statusCode: number, body: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? 'Unknown'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** The one subprotocol `$connect` returned, in whatever case it wrote the header; `undefined` for what is no HTTP token. */
export function returnedSubprotocol(headers: Readonly<Record<string, unknown>>): string | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(first) ? first : undefined;
}
