/**
 * Events in the shapes that AWS sends, with the fields that every event of the kind has.
 * REST: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 * HTTP: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * WebSocket: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */

import type { RestEventV1, RestEventV2 } from '../rest/rest-event.js';
import type { SocketEvent } from '../websocket/socket-event.js';

/** A request, as a caller thinks of it. */
export interface TestRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a text. */
  readonly body?: unknown;
  /** ARN of the AWS identity that signed it. */
  readonly userArn?: string;
  /** @default 'test-request' */
  readonly requestId?: string;
}

const SOURCE_IP = '192.0.2.1';
const STAGE = 'prod';

/** An event of a REST API, payload 1.0: absent maps are null, `path` has no stage, `requestContext.path` has. */
export function restEventV1({ method, path, headers = {}, body, userArn, requestId = 'test-request' }: TestRequest): RestEventV1 {
  const url = new URL(path, 'https://api.example.com');
  const sent = { Host: url.host, ...contentType(body), ...headers };
  const names = [...new Set(url.searchParams.keys())];
  const from = <TValue>(value: (name: string) => TValue) =>
    names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, value(name)]));
  const context = {
    requestId,
    identity: { sourceIp: SOURCE_IP, userArn: userArn ?? null },
    resourcePath: '/{proxy+}',
    httpMethod: method,
    path: `/${STAGE}${url.pathname}`,
    stage: STAGE,
    protocol: 'HTTP/1.1',
  };
  return {
    httpMethod: method,
    path: url.pathname,
    resource: '/{proxy+}',
    headers: sent,
    multiValueHeaders: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    queryStringParameters: from((name) => url.searchParams.getAll(name).at(-1)),
    multiValueQueryStringParameters: from((name) => url.searchParams.getAll(name)),
    pathParameters: { proxy: url.pathname.slice(1) },
    body: textOf(body) ?? null,
    isBase64Encoded: false,
    requestContext: context,
  };
}

/** An event of an HTTP API, payload 2.0: names of headers are lower case, absent maps are absent. */
export function restEventV2({ method, path, headers = {}, body, userArn, requestId = 'test-request' }: TestRequest): RestEventV2 {
  const url = new URL(path, 'https://api.example.com');
  const text = textOf(body);
  const sent = { host: url.host, ...contentType(body), ...headers };
  return {
    version: '2.0',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value])),
    isBase64Encoded: false,
    requestContext: {
      http: { method, sourceIp: SOURCE_IP },
      stage: '$default',
      requestId,
      ...(userArn === undefined ? {} : { authorizer: { iam: { userArn } } }),
    },
    ...(text === undefined ? {} : { body: text }),
  };
}

/** A frame of a connection, as an event of a WebSocket API. */
export function messageEvent(
  frame: unknown,
  about: { readonly connectionId: string; readonly connectedAtMs: number; readonly requestId?: string },
): SocketEvent {
  const { connectionId, connectedAtMs, requestId = 'test-request' } = about;
  const svc = (frame as { readonly svc?: unknown } | null)?.svc;
  return {
    requestContext: {
      routeKey: typeof svc === 'string' ? svc : '$default',
      eventType: 'MESSAGE',
      connectionId,
      requestId,
      messageId: `${requestId}=`,
      connectedAt: connectedAtMs,
      identity: { sourceIp: SOURCE_IP },
    },
    body: textOf(frame) ?? '',
    isBase64Encoded: false,
  };
}

function contentType(body: unknown): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'Content-Type': 'application/json' };
}

function textOf(body: unknown): string | undefined {
  return typeof body === 'string' ? body : (JSON.stringify(body) as string | undefined);
}
