/**
 * The HTTP face of OpenSearch domains. A domain answers below a path of the AWS endpoint that names it, since the client puts the path of its
 * `node` in front of every request. Each request is a question to IAM first: the method is the action, the path below the domain the resource.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
 */
import { gunzipSync } from 'node:zlib';
import type { Authorize } from '../../iam/authorize.js';
import type { Report } from '../../parts.js';
import { decodeUri, readQuery, splitUrl } from '../../wire/uri-encoding.js';
import type { WireHandler, WireRequest, WireResponse } from '../../wire/wire-handler.js';
import type { ServiceFaults } from '../service-module.js';
import type { OpenSearchAnswer, OpenSearchCall } from './call.js';
import type { Domain } from './domain.js';
import { domainPath } from './domain-path.js';
import { errorBody, illegalArgument, notServed, OpenSearchError } from './errors.js';
import { routeOf } from './routes.js';

export interface OpenSearchServiceOptions {
  /** By name. */
  readonly domains: ReadonlyMap<string, Domain>;
  readonly authorize: Authorize;
  readonly report: Report;
  readonly faults?: ServiceFaults;
}

const METHODS: Readonly<Record<string, string>> = { GET: 'Get', HEAD: 'Head', POST: 'Post', PUT: 'Put', DELETE: 'Delete', PATCH: 'Patch' };

export function createOpenSearchService(options: OpenSearchServiceOptions): WireHandler {
  return async (request) => {
    const { path, query } = splitUrl(request.url);
    const [, name, rest = '/'] = domainPath.exec(path) ?? [];
    const domain = name === undefined ? undefined : options.domains.get(name);
    if (domain === undefined) return notADomain(request, options, name);
    const asked = { action: `es:ESHttp${METHODS[request.method] ?? 'Get'}`, resource: arnOf(domain, rest) };
    const denial = denialOf(request, options, asked);
    if (denial !== undefined) return json(403, { Message: denial });
    const fault = options.faults?.({ service: 'opensearch', ...asked });
    if (fault === 'throttle') return json(429, { message: 'Too Many Requests' });
    if (fault === 'fail') return json(500, { message: 'Internal Server Error' });
    try {
      return written(request, await answer(request, { domain, path: rest, query }));
    } catch (error) {
      if (!(error instanceof OpenSearchError)) throw error;
      if (error.status === 501)
        options.report({ level: 'warn', part: 'opensearch', message: `${request.method} ${rest}: ${error.message}` });
      return written(request, { status: error.status, body: errorBody(error) });
    }
  };
}

/** The calls that configure domains are signed with the same name. */
function notADomain(request: WireRequest, { report, domains }: OpenSearchServiceOptions, name: string | undefined): WireResponse {
  const known = [...domains.keys()].join(', ');
  const message =
    name === undefined
      ? `the local stage does not serve the configuration of domains (${request.method} ${request.url})`
      : `there is no domain "${name}" in the assembly, only: ${known}`;
  report({ level: 'warn', part: 'opensearch', message });
  return json(name === undefined ? 501 : 404, { message });
}

interface DomainRequest {
  readonly domain: Domain;
  /** Below the domain, as received. */
  readonly path: string;
}

function arnOf({ name, environment: { partition, region, accountId } }: Domain, path: string): string {
  return `arn:${partition}:es:${region}:${accountId}:domain/${name}${path}`;
}

/** Why the caller may not, as the service's front end says it. */
function denialOf(
  { principal }: WireRequest,
  { authorize }: OpenSearchServiceOptions,
  { action, resource }: { readonly action: string; readonly resource: string },
): string | undefined {
  const { allowed, message } = authorize({ principal, action, resource, context: {} });
  if (allowed) return undefined;
  return (
    message ?? `User: ${principal.arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`
  );
}

async function answer(
  request: WireRequest,
  { domain, path, query }: DomainRequest & { readonly query: string },
): Promise<OpenSearchAnswer> {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeUri);
  const routing = routeOf(request.method, segments);
  if (!('route' in routing)) return unrouted(request.method, { path, segments, allowed: routing.allowed });
  const { route } = routing;
  const parameters = new Map(readQuery(query));
  const unknown = [...parameters.keys()].filter((name) => !route.parameters.includes(name));
  if (unknown.length > 0) {
    throw illegalArgument(
      `request [${path}] contains unrecognized parameter${unknown.length > 1 ? 's' : ''}: ${unknown.map((name) => `[${name}]`).join(', ')} (the local stage serves: ${route.parameters.join(', ')})`,
    );
  }
  const call: OpenSearchCall = { domain, method: request.method, path: routing.path, query: parameters, body: bodyText(request) };
  return route.run(call);
}

/** A path that OpenSearch may have and the stage has not, or a method that a path has not. */
function unrouted(
  method: string,
  { path, segments, allowed }: { path: string; segments: readonly string[]; allowed: readonly string[] },
): OpenSearchAnswer {
  if (allowed.length > 0) {
    return {
      status: 405,
      body: {
        error: `Incorrect HTTP method for uri [${path}] and method [${method}], allowed: [${[...new Set(allowed)].join(', ')}]`,
        status: 405,
      },
    };
  }
  const operation = segments.find((segment) => segment.startsWith('_'));
  if (operation !== undefined) throw notServed(`[${operation}] (${method} ${path})`);
  return { status: 400, body: { error: `no handler found for uri [${path}] and method [${method}]` } };
}

function bodyText({ headers, body }: WireRequest): string {
  if (body.length === 0) return '';
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim();
  if (!['application/json', 'application/x-ndjson', 'application/vnd.opensearch+json'].includes(type)) {
    throw new OpenSearchError('content_type_exception', `Content-Type header [${String(headers['content-type'] ?? '')}] is not supported`, {
      status: 406,
    });
  }
  if (headers['content-encoding'] !== 'gzip') return body.toString('utf8');
  try {
    return gunzipSync(body, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8');
  } catch (error) {
    throw new OpenSearchError(
      'not_x_content_exception',
      `the body is no gzip of at most ${MAX_BODY_BYTES} bytes: ${(error as Error).message}`,
    );
  }
}

/** `http.max_content_length` of larger instances: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

function written({ method }: WireRequest, { status, body }: OpenSearchAnswer): WireResponse {
  if (method === 'HEAD' || body === undefined)
    return { statusCode: status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: '' };
  if (typeof body === 'string') return { statusCode: status, headers: { 'content-type': 'text/plain; charset=UTF-8' }, body };
  return json(status, body);
}

function json(statusCode: number, body: unknown): WireResponse {
  return { statusCode, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(body) };
}
