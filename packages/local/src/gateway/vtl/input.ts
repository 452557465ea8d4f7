/**
 * `$input` of API Gateway's mapping templates: the body and the parameters of one request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#input-variable-reference
 */
import { parseJsonPath, readJsonPath } from '../json-path.js';
import { fromJson, toText, type VtlHost, type VtlValue } from './value.js';

/** What `$input` shows of a request; each map holds the last value of a repeated name. */
export interface TemplateInput {
  readonly body: string;
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
}

/** The `$input` object of one request. */
export function createInput(input: TemplateInput): VtlHost {
  const body = lazy(() => parseBody(input.body));
  return {
    hostName: '$input',
    fields: { body: input.body },
    methods: {
      json: (path) => JSON.stringify(readJsonPath(body(), parseJsonPath(textOf(path))) ?? null),
      path: (path) => fromJson(readJsonPath(body(), parseJsonPath(textOf(path)))),
      params: (name) => (name === undefined ? allParameters(input) : oneParameter(input, textOf(name))),
    },
  };
}

/** `$input.params()`: AWS's maps answer `''` for a name that is not there, which CDK's CORS template relies on. */
function allParameters(input: TemplateInput): VtlValue {
  return new Map<string, VtlValue>([
    ['path', parameterMap(input.path)],
    ['querystring', parameterMap(input.querystring)],
    ['header', parameterMap(input.header)],
  ]);
}

class ParameterMap extends Map<string, VtlValue> {
  override get(name: string): VtlValue {
    return super.get(name) ?? '';
  }
}

function parameterMap(values: Readonly<Record<string, string>>): VtlValue {
  return new ParameterMap(Object.entries(values));
}

/** `$input.params('x')` looks in the path, then the query string, then the headers. */
function oneParameter(input: TemplateInput, name: string): string {
  const source = [input.path, input.querystring, input.header].find((values) => Object.hasOwn(values, name));
  return source?.[name] ?? '';
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body === '' ? {} : body;
  }
}

function textOf(value: VtlValue | undefined): string {
  return value === undefined || value === null ? '$' : toText(value);
}

function lazy<TValue>(make: () => TValue): () => TValue {
  let made: { readonly value: TValue } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
