/**
 * Request validation of a REST method: required parameters, then the body against the model of its media type.
 * The message texts are AWS's. Without a `RequestValidator` that says so, nothing is checked, however many models a method has.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { GatewayError } from './gateway-error.js';
import { isValid, type JsonSchema } from './json-schema.js';
import { firstMediaType } from './media-type.js';
import { flag, isRecord, optionalText, partsOf, text, textMap } from './properties.js';
import type { TemplateInput } from './vtl/input.js';

/** The part of a request that is validated; header names are lower-case. */
export type ValidatedRequest = TemplateInput & { readonly contentType: string | undefined };

/** Throws a `BAD_REQUEST_PARAMETERS` or `BAD_REQUEST_BODY` {@link GatewayError}; returns when the request is fine. */
export type MethodValidator = (request: ValidatedRequest) => void;

/** The validator of a method, `undefined` when it has none. */
export function readMethodValidator(stack: ResolvedStack, method: ResolvedResource): MethodValidator | undefined {
  const validatorId = optionalText(method, 'RequestValidatorId');
  if (validatorId === undefined) return undefined;
  const validator = stack.resources.find(
    (resource) => resource.type === 'AWS::ApiGateway::RequestValidator' && resource.physicalId === validatorId,
  );
  if (!validator) throw new Error(`${method.logicalId}: RequestValidatorId is ${validatorId}, expected a RequestValidator of the stack`);
  const required = flag(validator, 'ValidateRequestParameters') ? requiredParameters(method) : [];
  const models = flag(validator, 'ValidateRequestBody') ? readModels(stack, method) : undefined;
  return (request) => {
    checkParameters(required, request);
    models?.(request);
  };
}

interface RequiredParameter {
  readonly place: string;
  readonly name: string;
}

function requiredParameters(method: ResolvedResource): RequiredParameter[] {
  return Object.entries(textMap(method, 'RequestParameters'))
    .filter(([, required]) => required === 'true')
    .map(([expression]) => expression)
    .sort()
    .map((expression) => {
      const [, place = '', name = ''] = /^method\.request\.(header|path|querystring)\.(.+)$/.exec(expression) ?? [];
      if (!place)
        throw new Error(`${method.logicalId}: RequestParameters has ${expression}, expected method.request.{header,path,querystring}.NAME`);
      return { place, name };
    });
}

function checkParameters(required: readonly RequiredParameter[], request: ValidatedRequest): void {
  const missing = required.filter((parameter) => !isPresent(parameter, request)).map(({ name }) => name);
  if (missing.length > 0) throw new GatewayError('BAD_REQUEST_PARAMETERS', `Missing required request parameters: [${missing.join(', ')}]`);
}

function isPresent({ place, name }: RequiredParameter, request: ValidatedRequest): boolean {
  if (place === 'path') return (request.path[name] ?? '') !== '';
  if (place === 'querystring') return (request.querystring[name] ?? '') !== '';
  return (request.header[name.toLowerCase()] ?? '') !== '';
}

function readModels(stack: ResolvedStack, method: ResolvedResource): MethodValidator {
  const available = partsOf(stack, 'AWS::ApiGateway::Model', 'RestApiId', text(method, 'RestApiId'));
  const schemaOf = (name: string): JsonSchema => {
    const schema = available.find((model) => model.physicalId === name)?.properties.Schema;
    if (isRecord(schema)) return schema;
    throw new Error(
      `${method.logicalId}: model ${name} is missing or has no Schema object; the API has ${available.map((model) => model.physicalId).join(', ') || 'no models'}`,
    );
  };
  const schemas = new Map(
    Object.entries(textMap(method, 'RequestModels')).map(([mediaType, name]) => [mediaType.toLowerCase(), schemaOf(name)]),
  );
  return (request) => {
    const schema = schemas.get(firstMediaType(request.contentType) || 'application/json');
    if (schema && !isValidBody(request.body, schema, schemaOf)) throw new GatewayError('BAD_REQUEST_BODY', 'Invalid request body');
  };
}

/** An empty body is checked as `{}`: it passes a model without required properties. */
function isValidBody(body: string, schema: JsonSchema, schemaOf: (name: string) => JsonSchema): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body === '' ? '{}' : body);
  } catch {
    return false;
  }
  return isValid(value, schema, (reference, root) => {
    const model = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/([^/#]+)$/.exec(reference)?.[1];
    if (model !== undefined) return { schema: schemaOf(model), root: schemaOf(model) };
    return { schema: localSchema(reference, root), root };
  });
}

function localSchema(reference: string, root: JsonSchema): JsonSchema {
  const found = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .reduce<unknown>((owner, step) => (isRecord(owner) ? owner[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), root);
  if (!isRecord(found) || !reference.startsWith('#'))
    throw new Error(`model reference ${reference} leads nowhere, expected #/definitions/NAME or the URL of a model of this API`);
  return found;
}
