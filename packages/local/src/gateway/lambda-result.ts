/**
 * What a Lambda proxy integration may return, row by row as recorded on AWS: any unknown top-level key, a status that is no number, a
 * multi-value header that is no array, a body that is no string or a payload that is no object is malformed, and the client gets a 502.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */

import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { HeaderList } from './header-list.js';
import { isRecord } from './properties.js';

/** A well-formed result. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: HeaderList;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** A result API Gateway refuses, with the reason for the developer's eyes. */
export interface MalformedResult {
  readonly malformed: string;
}

const KEYS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];

/** Of a stream's prelude: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html */
const PRELUDE_KEYS = ['statusCode', 'headers', 'multiValueHeaders', 'cookies'];

/** Reads the JSON text a function returned. */
export function parseLambdaResult(payload: string): LambdaResult | MalformedResult {
  return parse(payload, KEYS);
}

/** Reads what a stream begins with: a result without a body, and cookies, each a `Set-Cookie` of its own. */
export function parsePrelude(text: string): LambdaResult | MalformedResult {
  return parse(text, PRELUDE_KEYS);
}

function parse(payload: string, keys: readonly string[]): LambdaResult | MalformedResult {
  let result: unknown;
  try {
    result = JSON.parse(payload);
  } catch {
    return { malformed: `the function returned ${shown(payload)}, expected a JSON object` };
  }
  if (!isRecord(result))
    return { malformed: `the function returned ${shown(payload)}, expected an object such as {"statusCode":200,"body":"…"}` };
  const unknown = Object.keys(result).filter((key) => !keys.includes(key));
  if (unknown.length > 0)
    return { malformed: `the result has ${unknown.join(', ')}, expected only ${keys.join(', ')}; API Gateway refuses any other key` };
  return readResult(result);
}

function readResult(result: Readonly<Record<string, unknown>>): LambdaResult | MalformedResult {
  const statusCode = readStatus(result.statusCode);
  if (statusCode === undefined) return { malformed: `statusCode is ${shown(result.statusCode)}, expected a whole number such as 200` };
  const headers = readHeaders(result.headers, result.multiValueHeaders);
  if ('malformed' in headers) return headers;
  const cookies = readHeaders({}, { 'Set-Cookie': result.cookies ?? [] });
  if ('malformed' in cookies) return cookies;
  const body = result.body ?? '';
  if (typeof body !== 'string') return { malformed: `body is ${shown(body)}, expected a string; use JSON.stringify` };
  const encoded = String(result.isBase64Encoded ?? false);
  if (encoded !== 'true' && encoded !== 'false')
    return { malformed: `isBase64Encoded is ${shown(result.isBase64Encoded)}, expected true or false` };
  return { statusCode, headers: [...headers.merged, ...cookies.merged], body, isBase64Encoded: encoded === 'true' };
}

/** A number or its text; nothing means 200. */
export function readStatus(value: unknown): number | undefined {
  if (value === undefined || value === null) return 200;
  if (typeof value !== 'number' && (typeof value !== 'string' || !/^\d+$/.test(value))) return undefined;
  const status = Number(value);
  return Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

/** Multi-value headers first and in their spelling; a value in both maps appears once. */
function readHeaders(single: unknown, multiple: unknown): { readonly merged: HeaderList } | MalformedResult {
  const groups = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (const [map, isMultiple] of [[multiple ?? {}, true] as const, [single ?? {}, false] as const]) {
    const field = isMultiple ? 'multiValueHeaders' : 'headers';
    if (!isRecord(map)) return { malformed: `${field} is ${shown(map)}, expected an object` };
    for (const [name, value] of Object.entries(map)) {
      const values = isMultiple ? value : [value];
      if (!Array.isArray(values)) return { malformed: `multiValueHeaders["${name}"] is ${shown(value)}, expected an array` };
      const bad = values.find((item) => !['string', 'boolean', 'number'].includes(typeof item));
      if (bad !== undefined) return { malformed: `${field}["${name}"] is ${shown(bad)}, expected a string` };
      const forbidden = forbiddenHeader(name, values.map(String));
      if (forbidden) return { malformed: `${field}["${name}"]: ${forbidden}` };
      const group = groups.get(name.toLowerCase()) ?? { name, values: [] };
      group.values.push(...values.map(String).filter((item) => isMultiple || !group.values.includes(item)));
      groups.set(name.toLowerCase(), group);
    }
  }
  return { merged: [...groups.values()].flatMap(({ name, values }) => values.map((value) => [name, value] as const)) };
}

function forbiddenHeader(name: string, values: readonly string[]): string | undefined {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
    return undefined;
  } catch (error) {
    return `HTTP forbids it: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text || 'nothing';
}
