/** Reads a GraphQL request: JSON in the body of a POST, or the query of a GET. */
import { splitUrl } from '../../wire/uri-encoding.js';
import type { OpenRequest } from '../../wire/wire-handler.js';
import { malformed, RequestError } from './graph-error.js';

export interface GraphRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** AppSync's limit of a request. https://docs.aws.amazon.com/general/latest/gr/appsync.html */
const maxRequestBytes = 1024 * 1024;

/** @throws RequestError 413 over 1 MB */
export function checkSize({ body }: OpenRequest): void {
  if (body.length <= maxRequestBytes) return;
  throw new RequestError(413, 'RequestEntityTooLargeException', `the request is longer than ${maxRequestBytes} bytes`);
}

/** @throws RequestError 400 for what is no GraphQL request */
export function readGraphRequest(request: OpenRequest): GraphRequest {
  const { query, operationName, variables } = request.method === 'GET' ? fromQuery(request.url) : fromBody(request.body);
  if (typeof query !== 'string' || query === '') throw malformed('Unable to parse GraphQL query.');
  if (typeof (operationName ?? '') !== 'string' || !isObject(variables ?? {})) throw malformed('Unable to parse GraphQL query.');
  return { query, operationName: (operationName as string | null) || undefined, variables: (variables ?? {}) as GraphRequest['variables'] };
}

function fromBody(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) throw malformed('Request body is empty.');
  return parseObject(body.toString('utf8'));
}

function fromQuery(url: string): Readonly<Record<string, unknown>> {
  const parameters = new URLSearchParams(splitUrl(url).query);
  const variables = parameters.get('variables');
  return {
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    variables: variables === null ? {} : parseObject(variables),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The same answer as to JSON that is no object.
  }
  throw malformed('Unable to parse GraphQL query.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
