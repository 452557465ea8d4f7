/**
 * A mapping template of the API with its place in the stack: parsed when the stage starts, rendered per request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
 */
import { createInput, type TemplateInput } from './vtl/input.js';
import { parseTemplate } from './vtl/parse-template.js';
import { render } from './vtl/render.js';
import { TemplateError } from './vtl/template-error.js';
import { UTIL } from './vtl/util.js';
import { fromJson, toJson, type VtlMap } from './vtl/value.js';

/** What a template can see of one request. */
export interface MappingScope {
  /** `$context`, as plain data. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly input: TemplateInput;
  readonly stageVariables: Readonly<Record<string, string>> | null;
}

/** What a template made. */
export interface Mapping {
  readonly text: string;
  /** `$context.responseOverride` after the rendering. */
  readonly override: { readonly status?: number; readonly headers: Readonly<Record<string, string>> };
}

/** A parsed template. */
export interface MappingTemplate {
  /** Throws {@link TemplateError}, with the template's place in the stack, for what the engine does not support. */
  render(scope: MappingScope): Mapping;
}

/** Parses `text`; `where` names the resource and property in every error. */
export function compileTemplate(text: string, where: string): MappingTemplate {
  const template = located(where, () => parseTemplate(text));
  return {
    render(scope) {
      const context = fromJson({ ...scope.context, requestOverride: emptyOverride(), responseOverride: emptyOverride() }) as VtlMap;
      const variables: VtlMap = new Map();
      variables.set('context', context);
      variables.set('input', createInput(scope.input));
      variables.set('stageVariables', fromJson(scope.stageVariables ?? {}));
      variables.set('util', UTIL);
      return { text: located(where, () => render(template, variables)), override: readOverride(context) };
    },
  };
}

function emptyOverride(): Record<string, unknown> {
  return { header: {}, querystring: {}, path: {} };
}

function readOverride(context: VtlMap): Mapping['override'] {
  const { status, header } = toJson(context.get('responseOverride') ?? null) as { status?: unknown; header?: Record<string, unknown> };
  const headers = Object.fromEntries(Object.entries(header ?? {}).map(([name, value]) => [name, String(value)]));
  return Number.isInteger(Number(status ?? Number.NaN)) ? { status: Number(status), headers } : { headers };
}

function located<TResult>(where: string, run: () => TResult): TResult {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new TemplateError(`template of ${where}: ${error.message}`, { cause: error });
  }
}
