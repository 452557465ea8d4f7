/**
 * The `rest:` route of a procedure, for clients that are not ours: a method, a path with `{parameters}`, and where the rest of
 * the input comes from. GET and DELETE read the query string, POST reads a JSON body; `headers` and `body` name the exceptions.
 * The methods are those the gateway's CORS answers for. HEAD and OPTIONS are never declared: HEAD is served wherever GET is, and
 * API Gateway answers OPTIONS.
 */

import { RPC_ROOT } from '../protocol/rpc-path.js';

/** The methods a route may declare. */
export const ROUTE_METHODS = ['GET', 'POST', 'DELETE'] as const;

export type RouteMethod = (typeof ROUTE_METHODS)[number];

/** `GET /documents/{id}`: one space, a leading slash, parameters as whole segments. */
export type RouteTemplate = `${RouteMethod} /${string}`;

/** A route with more to say than its template. */
export interface RouteOptions {
  readonly route: RouteTemplate;
  /** Header name (lower case) to the input field it fills. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The input field that takes the whole body: base64 text for a binary body, the text itself otherwise. */
  readonly body?: string;
  /** Status of a success. @default 200 */
  readonly status?: 200 | 201 | 202 | 204;
}

/** A route as the server matches it. */
export interface Route {
  readonly method: RouteMethod;
  readonly path: string;
  readonly segments: readonly RouteSegment[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
}

export type RouteSegment = { readonly literal: string } | { readonly parameter: string };

const TEMPLATE =
  /^(GET|POST|DELETE) (\/(?:[A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9]*\})(?:\/(?:[A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9]*\}))*)$/;

/**
 * Reads a route declaration.
 *
 * @throws TypeError when the template is malformed, repeats a parameter or a header, takes a body without being a POST, or does not
 * start with a literal segment other than `rpc`: the first segment names the service at API Gateway.
 */
export function parseRoute(declaration: RouteTemplate | RouteOptions): Route {
  const options = typeof declaration === 'string' ? { route: declaration } : declaration;
  const match = TEMPLATE.exec(options.route);
  if (!match) {
    throw new TypeError(`[CONTRACT] malformed route: got "${options.route}", expected "GET|POST|DELETE /segment/{parameter}"`);
  }
  const method = match[1] as RouteMethod;
  const path = match[2] as string;
  const segments = path.slice(1).split('/').map(segmentOf);
  checkSegments(options.route, segments);
  if (options.body !== undefined && method !== 'POST') {
    throw new TypeError(
      `[CONTRACT] route "${options.route}" takes a body, expected POST: API Gateway and proxies drop the body of a ${method}`,
    );
  }
  return {
    method,
    path,
    segments,
    headers: headersOf(options.route, options.headers ?? {}),
    body: options.body,
    status: options.status ?? 200,
  };
}

function checkSegments(route: string, segments: readonly RouteSegment[]): void {
  const [first] = segments;
  if (first && 'parameter' in first) {
    throw new TypeError(
      `[CONTRACT] route "${route}" starts with a parameter; its first segment must be literal (API Gateway routes by it)`,
    );
  }
  if (first?.literal === RPC_ROOT) {
    throw new TypeError(`[CONTRACT] route "${route}" is under /rpc, which carries the RPC calls; choose another first segment`);
  }
  if (segments.some((segment) => 'literal' in segment && /^\.\.?$/.test(segment.literal))) {
    throw new TypeError(
      `[CONTRACT] route "${route}" has a "." or ".." segment, which every client resolves before it sends; name it otherwise`,
    );
  }
  const names = segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []));
  if (new Set(names).size !== names.length) throw new TypeError(`[CONTRACT] route "${route}" names a parameter twice`);
}

function headersOf(route: string, headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lower = Object.entries(headers).map(([name, field]) => [name.toLowerCase(), field] as const);
  if (new Set(lower.map(([name]) => name)).size !== lower.length) {
    throw new TypeError(`[CONTRACT] route "${route}" names a header twice; header names ignore case`);
  }
  return Object.fromEntries(lower);
}

function segmentOf(text: string): RouteSegment {
  return text.startsWith('{') ? { parameter: text.slice(1, -1) } : { literal: text };
}
