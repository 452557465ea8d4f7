/**
 * The part of JSONPath that route selection expressions and `$input.json('$.a.b')` use: `$`, `.name`, `['name']`, `[0]`, `[*]`.
 * Recursive descent, filters and slices are refused.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
import { TemplateError } from './vtl/template-error.js';

/** A parsed path: names, positions, and `'*'` for every item. */
export type JsonPath = readonly (string | number | typeof EVERY)[];

const EVERY: unique symbol = Symbol('[*]');
const STEP = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]|(\[\*\]|\.\*)/y;

/** Parses `$.a.b[0]`; the leading `$` may be missing. Throws {@link TemplateError} for what is not supported. */
export function parseJsonPath(path: string): JsonPath {
  const steps: (string | number | typeof EVERY)[] = [];
  const text = path.startsWith('$') ? path.slice(1) : `.${path}`;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex;
    const found = STEP.exec(text);
    if (!found) {
      throw new TemplateError(`JSON path "${path}" has "${text.slice(at)}", expected .name, ['name'], [0] or [*]`);
    }
    const [, name, index, single, double, every] = found;
    steps.push(every ? EVERY : index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return steps;
}

/** What stands at `path`, `undefined` when nothing does. A `[*]` gives an array. */
export function readJsonPath(json: unknown, path: JsonPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return json;
  if (step === EVERY) return itemsOf(json).map((item) => readJsonPath(item, rest));
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, step)) return undefined;
  return readJsonPath((json as Record<string | number, unknown>)[step], rest);
}

function itemsOf(json: unknown): readonly unknown[] {
  return typeof json === 'object' && json !== null ? Object.values(json) : [];
}
