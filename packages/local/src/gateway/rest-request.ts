/**
 * One REST request as API Gateway sees it before it knows the resource: stage cut off, path and query read by AWS's rules, ids and times
 * made. Everything later (event, templates, access log) reads from here, so they agree.
 *
 * The path rules, as recorded on AWS: leading slashes before the stage collapse; behind the stage they stay in `requestContext.path` and
 * collapse in `path`; slashes further inside stay; nothing is percent-decoded. Query values are decoded, `+` is a space.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../parts.js';
import { allValues, type HeaderList, headerValue, receivedHeaders } from './header-list.js';
import { extendedId, type Random, requestId, traceParent, traceRoot } from './identifiers.js';

/** What is known of a request from its head alone. */
export interface RestRequest {
  readonly method: string;
  /** First segment of the URL. */
  readonly stage: string;
  /** Without the stage, leading slashes collapsed: `path` of the event. */
  readonly path: string;
  /** With the stage, as `requestContext.path`. */
  readonly pathWithStage: string;
  readonly query: HeaderList;
  /** Without the hop-by-hop headers AWS drops, with the `X-…` headers a regional endpoint adds. */
  readonly headers: HeaderList;
  readonly protocol: string;
  readonly host: string;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly receivedAtMs: number;
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** `X-Amzn-Trace-Id` for the function. */
  readonly traceId: string;
  /** `X-Amzn-Trace-Id` for the client. */
  readonly responseTraceId: string;
}

/** Never reach an integration. */
const DROPPED = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/** These two arrive in title case, whatever the client wrote. */
const RENAMED = new Map([
  ['authorization', 'Authorization'],
  ['user-agent', 'User-Agent'],
]);

/** Reads the head of a request. */
export function readRestRequest(
  request: IncomingMessage,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): RestRequest {
  const received = receivedHeaders(request);
  const [rawPath = '/', rawQuery = ''] = splitOnce(request.url ?? '/', '?');
  const [, stage = '', rest = ''] = /^\/+([^/]*)(.*)$/.exec(rawPath) ?? [];
  const sourceIp = (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  const nowMs = clock.now();
  const root = /Root=[^;]+/.exec(headerValue(received, 'x-amzn-trace-id') ?? '')?.[0] ?? traceRoot(random, nowMs);
  return {
    method: request.method ?? 'GET',
    stage,
    path: `/${rest.replace(/^\/+/, '')}`,
    pathWithStage: `/${stage}${rest}`,
    query: [...new URLSearchParams(rawQuery)],
    headers: forwardedHeaders(received, { sourceIp, port: request.socket.localPort ?? 0, traceId: root }),
    protocol: `HTTP/${request.httpVersion}`,
    host: headerValue(received, 'host') ?? '',
    sourceIp,
    userAgent: headerValue(received, 'user-agent') ?? null,
    receivedAtMs: nowMs,
    requestId: requestId(random),
    extendedRequestId: extendedId(random),
    traceId: root,
    responseTraceId: `${root};Parent=${traceParent(random)};Sampled=0`,
  };
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function forwardedHeaders(received: HeaderList, added: { sourceIp: string; port: number; traceId: string }): HeaderList {
  const replaced = new Set(['x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto']);
  const kept = received
    .filter(([name]) => !DROPPED.has(name.toLowerCase()) && !replaced.has(name.toLowerCase()))
    .map(([name, value]) => [RENAMED.get(name.toLowerCase()) ?? name, value] as const);
  const before = headerValue(received, 'x-forwarded-for');
  return [
    ...kept,
    ['X-Amzn-Trace-Id', added.traceId],
    ['X-Forwarded-For', before === undefined ? added.sourceIp : `${before}, ${added.sourceIp}`],
    ['X-Forwarded-Port', String(added.port)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

/** Groups names by exact spelling: how query parameters are told apart. */
export const sameSpelling = (name: string): string => name;

/** Groups names whatever their case: how headers are told apart. */
export const anyCase = (name: string): string => name.toLowerCase();

/** `null` instead of an empty map, as every map of a v1 event. */
export function nullIfEmpty<TMap extends object>(map: TMap): TMap | null {
  return Object.keys(map).length > 0 ? map : null;
}

/** Values of a query parameter map by name. */
export function queryValues(request: RestRequest): Record<string, string[]> {
  return allValues(request.query, sameSpelling);
}
