/**
 * MOCK integrations of a REST API, evaluated from their templates: the request template gives a status, the status picks an integration
 * response, its parameters and template make the answer. This is how CDK writes CORS preflights.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
import { GatewayError, internalError } from './gateway-error.js';
import type { HeaderList } from './header-list.js';
import { mockStatus } from './lenient-json.js';
import type { MappingScope } from './mapping-template.js';
import { firstMediaType, isBinary, pickByMediaType } from './media-type.js';
import { mapParameter } from './parameter-mapping.js';
import type { MockResponse, RestIntegration } from './rest-model.js';

type MockIntegration = RestIntegration & { readonly type: 'MOCK' };

/** What a mock needs of the request. */
export interface MockRequest {
  readonly scope: MappingScope;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly binaryMediaTypes: readonly string[];
}

/** The answer of a mock. Throws {@link GatewayError} where AWS answers with a gateway response. */
export function answerMock(integration: MockIntegration, request: MockRequest): { statusCode: number; headers: HeaderList; body: string } {
  refuseBinary(integration, request);
  const rendered = renderRequest(integration, request);
  const status = mockStatus(rendered);
  if (status === undefined) {
    throw internalError(
      'API_CONFIGURATION_ERROR',
      500,
      `the request template gave ${JSON.stringify(rendered)}, expected {"statusCode": 200}`,
    );
  }
  return renderResponse(selectResponse(integration.responses, String(status)), request);
}

/** With the all-wildcard among the binary media types every mock fails, unless it converts to text: a known trap of CORS preflights. */
function refuseBinary(integration: MockIntegration, request: MockRequest): void {
  if (integration.contentHandling === 'CONVERT_TO_TEXT') return;
  if (isBinary(request.binaryMediaTypes, firstMediaType(request.contentType))) {
    const hint =
      'the request is binary by BinaryMediaTypes and a MOCK template needs text; list concrete types or set ContentHandling CONVERT_TO_TEXT';
    throw internalError('API_CONFIGURATION_ERROR', 500, hint);
  }
}

function renderRequest({ requestTemplates, passthrough }: MockIntegration, { contentType, scope }: MockRequest): string {
  const template = requestTemplates.get(firstMediaType(contentType) || 'application/json');
  if (template) return template.render(scope).text;
  if (passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && requestTemplates.size > 0)) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type');
  }
  return scope.input.body;
}

function selectResponse(responses: readonly MockResponse[], status: string): MockResponse {
  const selected =
    responses.find(({ selectionPattern }) => selectionPattern?.test(status)) ?? responses.find((response) => !response.selectionPattern);
  return (
    selected ??
    raise(internalError('API_CONFIGURATION_ERROR', 500, `no integration response fits status ${status} and none is the default`))
  );
}

function raise(error: Error): never {
  throw error;
}

function renderResponse(response: MockResponse, { scope, accept }: MockRequest): { statusCode: number; headers: HeaderList; body: string } {
  const picked = pickByMediaType(response.templates, accept);
  const mapping = picked?.value.render(scope);
  const headers = new Map<string, readonly [string, string]>([['content-type', ['Content-Type', picked?.mediaType ?? 'application/json']]]);
  const add = (name: string, value: string): unknown => headers.set(name.toLowerCase(), [name, value]);
  for (const [target, source] of Object.entries(response.parameters)) {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    const value = mapParameter(source, scope);
    if (name !== undefined && value !== undefined) add(name, value);
  }
  for (const [name, value] of Object.entries(mapping?.override.headers ?? {})) add(name, value);
  return { statusCode: mapping?.override.status ?? response.statusCode, headers: [...headers.values()], body: mapping?.text ?? '' };
}
