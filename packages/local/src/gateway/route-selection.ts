/**
 * Route selection expressions of WebSocket APIs: `$request.body.action`, `${request.body.a}/${request.body.b}`, or static text.
 * A path that finds nothing is the empty string; an array becomes `[a, b]`. A frame that is no JSON object or array has no routing value.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
import { type JsonPath, parseJsonPath, readJsonPath } from './json-path.js';
import { fromJson, toText } from './vtl/value.js';

/** The routing value of a frame; `undefined` when the frame is not JSON, which means `$default`. */
export type RouteSelection = (frame: string) => string | undefined;

/** Compiles an expression. Throws for anything but paths into `request.body` and static text. */
export function compileRouteSelection(expression: string): RouteSelection {
  const single = /^\$request\.body(.*)$/.exec(expression);
  const parts = single ? [bodyPath(single[1] ?? '', expression)] : splitExpression(expression);
  return (frame) => {
    const body = parseFrame(frame);
    return body === undefined ? undefined : parts.map((part) => (typeof part === 'string' ? part : textAt(body.json, part))).join('');
  };
}

function splitExpression(expression: string): (string | JsonPath)[] {
  return expression.split(/(\$\{[^}]*\})/).map((part) => {
    const inner = /^\$\{(.*)\}$/.exec(part)?.[1];
    if (inner !== undefined) {
      const path = /^request\.body(.*)$/.exec(inner)?.[1];
      return path === undefined ? unsupported(expression) : bodyPath(path, expression);
    }
    return part.startsWith('$') ? unsupported(expression) : part;
  });
}

function bodyPath(path: string, expression: string): JsonPath {
  try {
    return parseJsonPath(`$${path}`);
  } catch (cause) {
    return unsupported(expression, cause);
  }
}

function unsupported(expression: string, cause?: unknown): never {
  const expected = `$request.body.NAME, static text, or $\{request.body.NAME} between static text`;
  throw new Error(`RouteSelectionExpression is ${JSON.stringify(expression)}, expected ${expected}`, { cause });
}

function parseFrame(frame: string): { readonly json: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(frame);
    return typeof json === 'object' && json !== null ? { json } : undefined;
  } catch {
    return undefined;
  }
}

function textAt(json: unknown, path: JsonPath): string {
  const value = readJsonPath(json, path);
  return value === undefined || value === null ? '' : toText(fromJson(value));
}
