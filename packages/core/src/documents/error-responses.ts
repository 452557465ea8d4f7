/**
 * The failures of a route as OpenAPI responses: PROTOCOL.md P4.1's body, and for each declared error its name, its code and its data.
 * Several errors of one status share a response; `default` stands for every failure that the contract does not declare.
 */

import type { AnyProcedure } from '../dsl/procedure.js';
import { ERROR_CODES, type ErrorCode } from '../errors/code.js';
import { type JsonSchema, jsonSchema } from './json-schema.js';
import type { OpenApiReference, OpenApiResponse } from './openapi-document.js';

const TEXT = { type: 'string' };

/** `components.schemas.Error`: the body of every failure. */
export const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        message: TEXT,
        code: { type: 'integer', description: 'JSON-RPC number of the code.' },
        data: {
          type: 'object',
          properties: {
            code: { type: 'string', enum: Object.keys(ERROR_CODES) },
            httpStatus: { type: 'integer' },
            path: { type: 'string', description: 'The procedure, as service.procedure.' },
            error: { type: 'string', description: 'Name of the declared error.' },
            details: { description: 'Data of the declared error.' },
            issues: {
              type: 'array',
              description: 'Where and why the input did not fit.',
              items: {
                type: 'object',
                properties: { path: { type: 'array', items: { type: ['string', 'integer'] } }, message: TEXT },
                required: ['path', 'message'],
              },
            },
            requestId: { type: 'string', description: 'What to search the logs for.' },
          },
          required: ['code', 'httpStatus'],
        },
      },
      required: ['message', 'code', 'data'],
    },
  },
  required: ['error'],
};

/** `components.responses.Error`: any failure. */
export const ERROR_RESPONSE: OpenApiResponse = {
  description: 'The call failed',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

const ANY_FAILURE: OpenApiReference = { $ref: '#/components/responses/Error' };

/** The responses of a procedure's failures, by status, and `default`. */
export function errorResponses({ errors, input, meta }: AnyProcedure): Readonly<Record<string, OpenApiResponse | OpenApiReference>> {
  const byStatus = new Map<number, { names: string[]; schemas: JsonSchema[] }>();
  for (const [name, { code, data }] of Object.entries(errors)) {
    const { httpStatus } = ERROR_CODES[code];
    const group = byStatus.get(httpStatus) ?? { names: [], schemas: [] };
    group.names.push(name);
    group.schemas.push(declaredSchema(name, code, jsonSchema(data, 'output')));
    byStatus.set(httpStatus, group);
  }
  const declared = [...byStatus].map(([status, { names, schemas }]) => [status, declaredResponse(names, schemas)] as const);
  return {
    ...(input === undefined ? {} : { 400: ANY_FAILURE }),
    ...(meta.auth === 'public' ? {} : { 401: ANY_FAILURE, 403: ANY_FAILURE }),
    ...Object.fromEntries(declared),
    default: ANY_FAILURE,
  };
}

/** A status may also come from somewhere else (404 of a path, 400 of an input), so the plain body stays possible. */
function declaredResponse(names: readonly string[], schemas: readonly JsonSchema[]): OpenApiResponse {
  const plain = { $ref: '#/components/schemas/Error' };
  return { description: names.join(', '), content: { 'application/json': { schema: { anyOf: [...schemas, plain] } } } };
}

function declaredSchema(name: string, code: ErrorCode, details: JsonSchema): JsonSchema {
  const data = {
    type: 'object',
    properties: { code: { const: code }, error: { const: name }, details },
    required: ['code', 'error', 'details'],
  };
  const error = { type: 'object', properties: { data }, required: ['data'] };
  return {
    title: name,
    allOf: [{ $ref: '#/components/schemas/Error' }, { type: 'object', properties: { error }, required: ['error'] }],
  };
}
