/**
 * Gateway responses: the answers API Gateway gives itself, as the template shapes them. A type without its own response takes
 * `DEFAULT_4XX` or `DEFAULT_5XX` whole (status, headers, templates); without those, AWS's `{"message":…}`.
 * No CORS header is ever added here: a browser must fail locally as it fails on AWS.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
import type { ResolvedResource } from '../parts.js';
import type { GatewayError } from './gateway-error.js';
import type { HeaderList } from './header-list.js';
import { compileTemplate, type MappingScope, type MappingTemplate } from './mapping-template.js';
import { pickByMediaType } from './media-type.js';
import { mapParameter } from './parameter-mapping.js';
import { optionalNumber, text, textMap } from './properties.js';
import { readTemplates } from './template-map.js';

/** The gateway responses of one API. */
export interface GatewayResponses {
  /** Shapes the answer to a failed request; `accept` picks among templates. Throws {@link TemplateError} as a rendering does. */
  render(error: GatewayError, scope: MappingScope, accept: string | undefined): GatewayAnswer;
}

/** An answer ready to be written. */
export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers: HeaderList;
  readonly body: string;
}

interface ResponseShape {
  readonly statusCode: number | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly templates: ReadonlyMap<string, MappingTemplate>;
}

const DEFAULT_TEMPLATES = new Map([
  ['application/json', compileTemplate('{"message":$context.error.messageString}', 'the default gateway response')],
]);

const DENIAL_TEMPLATES = new Map([
  ['application/json', compileTemplate('{"Message":$context.error.messageString}', 'the default gateway response')],
]);

/** Compiles the `AWS::ApiGateway::GatewayResponse` resources of an API. */
export function readGatewayResponses(resources: readonly ResolvedResource[]): GatewayResponses {
  const shapes = new Map(resources.map((resource) => [text(resource, 'ResponseType'), readShape(resource)]));
  return {
    render(error, scope, accept) {
      const shape = shapes.get(error.type) ?? shapes.get(error.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
      return renderShape(shape ?? unshaped(error), error, { scope, accept });
    },
  };
}

/** AWS's own answer. A denial has a capital `Message`, as those of all its services. */
function unshaped({ type }: GatewayError): ResponseShape {
  return { statusCode: undefined, parameters: {}, templates: type === 'ACCESS_DENIED' ? DENIAL_TEMPLATES : DEFAULT_TEMPLATES };
}

function readShape(resource: ResolvedResource): ResponseShape {
  const templates = readTemplates(resource, 'ResponseTemplates');
  return {
    statusCode: optionalNumber(resource, 'StatusCode'),
    parameters: textMap(resource, 'ResponseParameters'),
    templates: templates.size > 0 ? templates : DEFAULT_TEMPLATES,
  };
}

function renderShape(
  shape: ResponseShape,
  error: GatewayError,
  request: { scope: MappingScope; accept: string | undefined },
): GatewayAnswer {
  const scope: MappingScope = { ...request.scope, context: { ...request.scope.context, error: errorContext(error) } };
  const picked = pickByMediaType(shape.templates, request.accept);
  const mapping = picked?.value.render(scope);
  const headers = new Map<string, readonly [string, string]>();
  const add = (name: string, value: string): unknown => headers.set(name.toLowerCase(), [name, value]);
  add('Content-Type', picked?.mediaType ?? 'application/json');
  add('x-amzn-ErrorType', error.errorType);
  for (const [target, source] of Object.entries(shape.parameters)) {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    const value = mapParameter(source, scope);
    if (name !== undefined && value !== undefined) add(name, value);
  }
  for (const [name, value] of Object.entries(mapping?.override.headers ?? {})) add(name, value);
  return {
    statusCode: mapping?.override.status ?? shape.statusCode ?? error.statusCode,
    headers: [...headers.values()],
    body: mapping?.text ?? '',
  };
}

/** `$context.error`: `messageString` carries its quotes, `message` does not. */
export function errorContext(error: GatewayError): Readonly<Record<string, unknown>> {
  return { message: error.message, messageString: JSON.stringify(error.message), responseType: error.type };
}
