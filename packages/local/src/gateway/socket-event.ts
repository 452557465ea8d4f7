/**
 * The events of a WebSocket API, in the shapes recorded on AWS: CONNECT has headers and query, MESSAGE has neither, DISCONNECT has four
 * headers and says how the connection ended. `requestId` and `extendedRequestId` are the same; `identity` has two keys.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
import { allValues, type HeaderList, lastValues } from './header-list.js';
import { requestTime } from './request-time.js';
import { anyCase, sameSpelling } from './rest-request.js';
import type { SocketModel } from './socket-model.js';

/** What every event of a connection says. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly connectedAtMs: number;
  readonly host: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
}

/** One thing that happens on a connection. */
export interface Occasion {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly requestId: string;
  readonly nowMs: number;
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
}

type SocketEvent = Readonly<Record<string, unknown>>;

/** `requestContext` of every event, and `$context` of templates and access logs. */
export function socketContext(model: SocketModel, facts: ConnectionFacts, occasion: Occasion): SocketEvent {
  const { routeKey, eventType, requestId, nowMs, ...rest } = occasion;
  return {
    routeKey,
    ...rest,
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(nowMs),
    messageDirection: 'IN',
    stage: model.stageName,
    connectedAt: facts.connectedAtMs,
    requestTimeEpoch: nowMs,
    identity: { ...(facts.userAgent === undefined ? {} : { userAgent: facts.userAgent }), sourceIp: facts.sourceIp },
    requestId,
    domainName: facts.host,
    connectionId: facts.connectionId,
    apiId: model.apiId,
  };
}

/** The event of `$connect`: the only one with the handshake's headers and query. */
export function connectEvent(model: SocketModel, context: SocketEvent, handshake: { headers: HeaderList; query: HeaderList }): SocketEvent {
  const { headers, query } = handshake;
  return {
    headers: lastValues(headers, anyCase),
    multiValueHeaders: allValues(headers, anyCase),
    ...(query.length > 0
      ? {
          queryStringParameters: lastValues(query, sameSpelling),
          multiValueQueryStringParameters: allValues(query, sameSpelling),
        }
      : {}),
    ...variables(model),
    requestContext: context,
    isBase64Encoded: false,
  };
}

/** The event of a frame. */
export function messageEvent(model: SocketModel, context: SocketEvent, body: string): SocketEvent {
  return { ...variables(model), requestContext: context, body, isBase64Encoded: false };
}

/** The event of `$disconnect`; its headers are AWS's own, empty but for the host. */
export function disconnectEvent(model: SocketModel, context: SocketEvent, host: string): SocketEvent {
  const headers = { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...variables(model),
    requestContext: context,
    isBase64Encoded: false,
  };
}

function variables({ stageVariables }: SocketModel): SocketEvent {
  return stageVariables ? { stageVariables } : {};
}
