/**
 * The OpenAPI 3.1 document of a contract's routes. `trpc-to-openapi` turns schemas into parameters, bodies and answers; what it cannot
 * say is put right afterwards: statuses other than 200, whole bodies, scopes, and our failures with their declared errors.
 * The RPC paths are not in it: they are tRPC's wire. Runs at build time only; nothing here belongs into a Lambda or a client.
 */

import { generateOpenApiDocument } from 'trpc-to-openapi';
import type { AnyContract } from '../dsl/contract.js';
import { checkContract } from './check-contract.js';
import { ERROR_RESPONSE, ERROR_SCHEMA, errorResponses } from './error-responses.js';
import { inputFields } from './input-fields.js';
import { jsonSchema } from './json-schema.js';
import type { OpenApiDocument, OpenApiMedia, OpenApiOperation, OpenApiResponse } from './openapi-document.js';
import { openApiRouter, type RoutedProcedure, routedProcedures } from './openapi-router.js';

/** What a contract does not say about itself. */
export interface OpenApiOptions {
  readonly title: string;
  /** Of the API, not of OpenAPI. */
  readonly version: string;
  /** Where the API is served, without a trailing slash. */
  readonly url: string;
}

/**
 * The document of every procedure with a `rest:` route. The same contract gives the same document, in the order of the contract.
 *
 * @throws TypeError with everything `checkContract` has to say.
 */
export function openApiDocument(contract: AnyContract, { title, version, url }: OpenApiOptions): OpenApiDocument {
  checkContract(contract);
  const routed = routedProcedures(contract);
  const guarded = routed.some(({ procedure }) => procedure.meta.auth !== 'public');
  const generated = generateOpenApiDocument(openApiRouter(contract), {
    title,
    version,
    baseUrl: url,
    tags: [...new Set(routed.map(({ service }) => service))],
    securitySchemes: guarded ? { [SECURITY]: { type: 'http', scheme: 'bearer' } } : {},
  });
  // Through JSON: what is left is exactly what a file of it holds, without `undefined` and without shared parts.
  const { paths, components, ...head } = JSON.parse(JSON.stringify(generated)) as Generated;
  for (const named of routed) {
    const methods = paths[named.route.path] as Record<string, OpenApiOperation>;
    const method = named.route.method.toLowerCase();
    methods[method] = completed(methods[method] as OpenApiOperation, named);
  }
  return {
    ...head,
    paths,
    components: {
      schemas: { ...components?.schemas, Error: ERROR_SCHEMA },
      responses: { Error: ERROR_RESPONSE },
      ...(guarded ? { securitySchemes: components?.securitySchemes ?? {} } : {}),
    },
  };
}

const SECURITY = 'bearer';

interface Generated extends Omit<OpenApiDocument, 'paths' | 'components'> {
  readonly paths: Record<string, Record<string, OpenApiOperation>>;
  readonly components?: Partial<OpenApiDocument['components']>;
}

/** What the generator cannot say about an operation. */
function completed(operation: OpenApiOperation, { procedure, route }: RoutedProcedure): OpenApiOperation {
  const { responses, requestBody: _, parameters = [], ...rest } = operation;
  const { auth } = procedure.meta;
  const scopes = typeof auth === 'object' ? auth.scopes : [];
  const requestBody = route.body === undefined ? operation.requestBody : wholeBody(procedure.input, route);
  return {
    ...rest,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(auth === 'public' ? {} : { security: [{ [SECURITY]: scopes }] }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      [route.status]: success(responses['200'] as OpenApiResponse, procedure.output !== undefined),
      ...errorResponses(procedure),
    },
  };
}

function success(response: OpenApiResponse, hasContent: boolean): OpenApiResponse {
  return hasContent ? response : { description: response.description };
}

/** A body that is one field: bytes when the field takes base64, its text otherwise; any media type when the caller names it in a header. */
function wholeBody(
  input: RoutedProcedure['procedure']['input'],
  { body = '', headers }: RoutedProcedure['route'],
): NonNullable<OpenApiOperation['requestBody']> {
  const field = inputFields(input!)!.shape[body]!;
  const schema = jsonSchema(field, 'input');
  const isBinary = schema.contentEncoding === 'base64';
  const mediaType = Object.hasOwn(headers, 'content-type') ? '*/*' : isBinary ? 'application/octet-stream' : 'text/plain';
  const media: OpenApiMedia = isBinary ? {} : { schema };
  return { required: !field.safeParse(undefined).success, content: { [mediaType]: media } };
}
