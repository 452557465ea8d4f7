/**
 * The right sides of `ResponseParameters`: a constant in single quotes, or a piece of the request, the context or the stage.
 * `integration.response.…` has nothing to give on a MOCK integration.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
 */
import type { MappingScope } from './mapping-template.js';
import { isRecord } from './properties.js';

/** The value of one mapping expression, `undefined` when there is none. */
export function mapParameter(expression: string, scope: MappingScope): string | undefined {
  const constant = /^'([\s\S]*)'$/.exec(expression);
  if (constant) return constant[1];
  const [, place = '', name = ''] = /^(method\.request\.(?:header|querystring|path)|context|stageVariables)\.(.+)$/.exec(expression) ?? [];
  if (place === 'method.request.header') return ignoringCase(scope.input.header, name);
  if (place === 'method.request.querystring') return own(scope.input.querystring, name);
  if (place === 'method.request.path') return own(scope.input.path, name);
  if (place === 'stageVariables') return own(scope.stageVariables ?? {}, name);
  return place === 'context' ? contextValue(scope.context, name) : undefined;
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function ignoringCase(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(values).find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

function contextValue(context: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((owner, name) => (isRecord(owner) && Object.hasOwn(owner, name) ? owner[name] : undefined), context);
  return value === undefined || value === null ? undefined : String(value);
}
