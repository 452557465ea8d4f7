/**
 * API Gateway's HTTP events, read as they are: REST (payload 1.0, `event.version` absent or `1.0`) and HTTP API (2.0). Nothing is copied
 * and no fetch object is made: undici's `Request`, `Response` and `Headers` cost 33-50 ms of every cold start. Multi-value maps win over
 * single-value ones, which keep only the last value (API Gateway developer guide, "Input format of a Lambda function for proxy
 * integration"). What is not in these events (cookies, client certificates, usage plans) is not read.
 */

import { rootOf } from '../telemetry/trace-root.js';

type Texts = Readonly<Record<string, string | undefined>>;

/** A REST API (v1) proxy event, as far as it is read. Absent maps are null there. */
export interface RestEventV1 {
  readonly httpMethod: string;
  readonly path: string;
  readonly resource?: string;
  readonly headers?: Texts | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly queryStringParameters?: Texts | null;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly pathParameters?: Texts | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly requestId?: string;
    readonly authorizer?: unknown;
    readonly identity?: { readonly sourceIp?: string | null; readonly userArn?: string | null };
  };
}

/** An HTTP API (v2) event, as far as it is read. */
export interface RestEventV2 {
  readonly version: '2.0';
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Texts;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp?: string };
    readonly stage?: string;
    readonly requestId?: string;
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: unknown };
      readonly lambda?: unknown;
      readonly iam?: { readonly userArn?: string };
    };
  };
}

export type RestEvent = RestEventV1 | RestEventV2;

/** The questions the REST face asks of an event. */
export interface RestRequest {
  readonly method: string;
  /** Percent-encoded, without stage and base path. */
  readonly path: string;
  /** All values of a query parameter, decoded, in order. */
  query(name: string): readonly string[] | undefined;
  /** Names of the query parameters. */
  queryNames(): readonly string[];
  /** A header by its lower-case name; repeated headers joined with `, `. */
  header(name: string): string | undefined;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestId: string;
  readonly authorizer: unknown;
  /** Address of the caller, as API Gateway has seen it. */
  readonly sourceIp: string | undefined;
  /** Who signed the request, where API Gateway has checked that. */
  readonly userArn: string | undefined;
}

/**
 * X-Ray's root id of a request, `1-…`, which API Gateway makes for every request that comes without one.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function traceIdOf(request: RestRequest): string | undefined {
  return rootOf(request.header('x-amzn-trace-id'));
}

/** Whether an event comes from an HTTP API. `requestContext.http` counts: custom domains add `rawPath` to v1 events too. */
function isV2(event: RestEvent): event is RestEventV2 {
  return (event as Partial<RestEventV2>).version === '2.0' && typeof (event as Partial<RestEventV2>).requestContext?.http === 'object';
}

/** Reads an event of either payload version. */
export function readEvent(event: RestEvent): RestRequest {
  return isV2(event) ? readV2(event) : readV1(event);
}

function readV1(event: RestEventV1): RestRequest {
  const multi = event.multiValueQueryStringParameters;
  const single = event.queryStringParameters;
  return {
    method: event.httpMethod,
    path: pathOfV1(event),
    query: (name) => {
      if (multi) return Object.hasOwn(multi, name) ? multi[name] : undefined;
      const value = single && Object.hasOwn(single, name) ? single[name] : undefined;
      return value === undefined ? undefined : [value];
    },
    queryNames: () => Object.keys(multi ?? single ?? {}),
    header: (name) => multiHeader(event.multiValueHeaders, name) ?? header(event.headers, name),
    body: event.body ?? null,
    isBase64Encoded: event.isBase64Encoded === true,
    requestId: event.requestContext?.requestId ?? '',
    authorizer: event.requestContext?.authorizer,
    sourceIp: event.requestContext?.identity?.sourceIp ?? undefined,
    userArn: event.requestContext?.identity?.userArn ?? undefined,
  };
}

/**
 * The path below stage and base path: the resource template with its parameters put back, because `event.path` carries a custom
 * domain's base path. Parameters are still percent-encoded there.
 */
function pathOfV1({ resource, pathParameters, path }: RestEventV1): string {
  if (!resource || (resource.includes('{') && !pathParameters)) return path;
  return resource.replace(/\{([^}+]+)\+?\}/g, (whole, name: string) => pathParameters?.[name] ?? whole);
}

function readV2(event: RestEventV2): RestRequest {
  const { requestContext, rawQueryString } = event;
  let parameters: URLSearchParams | undefined;
  const query = () => {
    parameters ??= new URLSearchParams(rawQueryString);
    return parameters;
  };
  return {
    method: requestContext.http.method,
    path: pathOfV2(event),
    query: (name) => (query().has(name) ? query().getAll(name) : undefined),
    queryNames: () => [...new Set(query().keys())],
    header: (name) => header(event.headers, name),
    body: event.body ?? null,
    isBase64Encoded: event.isBase64Encoded === true,
    requestId: requestContext.requestId ?? '',
    authorizer: requestContext.authorizer?.jwt ?? requestContext.authorizer?.lambda,
    sourceIp: requestContext.http.sourceIp,
    userArn: requestContext.authorizer?.iam?.userArn,
  };
}

/** HTTP APIs put a named stage into `rawPath`. */
function pathOfV2({ rawPath, requestContext: { stage } }: RestEventV2): string {
  const prefix = `/${stage}`;
  if (!stage || stage === '$default' || !rawPath.startsWith(prefix)) return rawPath;
  const rest = rawPath.slice(prefix.length);
  return rest === '' || rest.startsWith('/') ? rest || '/' : rawPath;
}

/** Header names keep the client's spelling in v1 events; the lower-case spelling is tried first because most clients send it. */
function header(headers: Texts | null | undefined, name: string): string | undefined {
  if (!headers) return undefined;
  if (Object.hasOwn(headers, name)) return headers[name];
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return headers[key];
  return undefined;
}

function multiHeader(headers: RestEventV1['multiValueHeaders'], name: string): string | undefined {
  if (!headers) return undefined;
  if (Object.hasOwn(headers, name)) return headers[name]?.join(', ');
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return headers[key]?.join(', ');
  return undefined;
}
