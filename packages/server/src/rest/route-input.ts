/**
 * The input of a `rest:` route: path parameters win, then declared headers, then the query string (GET, DELETE) or the body (POST).
 * The object has no prototype, so that no parameter name can reach one.
 */

import type { SchemaSource } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { bodyBase64, bodyJson, bodyText } from './rest-body.js';
import type { RestRequest } from './rest-event.js';
import type { RouteMatch } from './route-table.js';
import { isBase64Field, readTexts } from './text-values.js';

/**
 * @throws GatewayError BAD_REQUEST, PARSE_ERROR or UNSUPPORTED_MEDIA_TYPE for a body that cannot be read.
 */
export function routeInput({ procedure, route, parameters }: RouteMatch, request: RestRequest): unknown {
  if (procedure.input === undefined) return undefined;
  const input: Record<string, unknown> = Object.create(null);
  if (route.method === 'POST')
    Object.assign(
      input,
      route.body === undefined ? bodyFields(request) : { [route.body]: wholeBody(procedure.input, route.body, request) },
    );
  else for (const name of request.queryNames()) input[name] = readTexts(procedure.input, name, request.query(name) ?? []);
  for (const [header, field] of Object.entries(route.headers)) {
    const text = request.header(header);
    if (text !== undefined) input[field] = readTexts(procedure.input, field, [header === 'content-type' ? mediaType(text) : text]);
  }
  for (const [name, text] of Object.entries(parameters)) input[name] = readTexts(procedure.input, name, [text]);
  return input;
}

function bodyFields(request: RestRequest): object {
  const body = bodyJson(request) ?? {};
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new GatewayError(
    'BAD_REQUEST',
    `[BAD_REQUEST] body is ${Array.isArray(body) ? 'an array' : JSON.stringify(body).slice(0, 40)}, expected a JSON object`,
  );
}

/** A field of base64 gets the bytes of the body as base64, any other field its text, whatever API Gateway did on the way. */
function wholeBody(input: SchemaSource, field: string, request: RestRequest): string {
  return isBase64Field(input, field) ? bodyBase64(request) : bodyText(request);
}

/** `image/png; charset=x` is an `image/png`. */
function mediaType(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
