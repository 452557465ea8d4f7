/**
 * The events of an API Gateway WebSocket API as AWS sends them, and the result it takes. Own types: `@types/aws-lambda` lacks `headers`,
 * `identity`, `authorizer` and the disconnect fields. A MESSAGE event carries neither headers nor query.
 * Source: captured events in aws-lambda-go's testdata; API Gateway guide, "Mapping template reference for WebSocket APIs".
 */

export interface SocketRequestContext {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  /** Base64 that ends in `=`: encode it in a path. */
  readonly connectionId: string;
  /** Unique per frame. */
  readonly requestId: string;
  /** Epoch milliseconds of the handshake; on every event. */
  readonly connectedAt: number;
  /** What the authorizer of `$connect` said, on every event of the connection. */
  readonly authorizer?: unknown;
  /** Address of the client, on every event. */
  readonly identity?: { readonly sourceIp?: string };
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
}

export interface SocketEvent {
  readonly requestContext: SocketRequestContext;
  /** The frame's text; MESSAGE only. */
  readonly body?: string;
  /** CONNECT only; absent without a query. */
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  /** CONNECT and DISCONNECT. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly isBase64Encoded?: boolean;
}

/** `body` goes to the caller's connection when the route has a route response; without it nothing is sent. */
export interface SocketResult {
  readonly statusCode: number;
  readonly body?: string;
}

/** What is used of Lambda's context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Outside of Lambda nobody stops a function for the time it takes. */
export const NO_LAMBDA: LambdaContext = { getRemainingTimeInMillis: () => 24 * 3_600_000 };
