/**
 * Finds and loads the handler of a function as Lambda's Node.js runtime does: `dir/file.export.path`, tried as `.js`, `.mjs` and `.cjs`.
 * An ES module is imported, a CommonJS module required. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 *
 * Runs inside a sandbox. Every failure is a `HandlerError` with the error type that AWS shows.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isStreamed } from './response-stream.js';

/** A handler of either style. */
export type Handler = (event: unknown, context: object, callback?: HandlerCallback) => unknown;

/** `callback(error, result)` of runtimes before Node.js 24. */
export type HandlerCallback = (error: unknown, result?: unknown) => void;

/** A failure of the init phase; `name` is AWS's error type. */
class HandlerError extends Error {
  constructor(errorType: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = errorType;
  }
}

/**
 * Loads `handler` from the folder `taskRoot`.
 *
 * @throws HandlerError `Runtime.MalformedHandlerName`, `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError`,
 * `Runtime.HandlerNotFound` or `Runtime.CallbackHandlerDeprecated`; what the module itself throws passes through
 */
export async function loadHandler(taskRoot: string, handler: string, runtime: string): Promise<Handler> {
  const match = /^([^.]+)\.(.+)$/.exec(basename(handler));
  const [, moduleName, exportPath] = match ?? [];
  if (moduleName === undefined || exportPath === undefined || handler.includes('..')) {
    throw new HandlerError('Runtime.MalformedHandlerName', `Bad handler: got "${handler}", expected FILE.EXPORT`);
  }
  const module = await loadModule(taskRoot, join(dirname(handler), moduleName));
  const found = exportPath.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], module);
  if (found === undefined) throw new HandlerError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new HandlerError('Runtime.HandlerNotFound', `${handler} is not a function`);
  if (found.length >= 3 && !isStreamed(found) && !allowsCallbacks(runtime)) {
    throw new HandlerError('Runtime.CallbackHandlerDeprecated', `${runtime} runs no callback handlers: make ${handler} an async function`);
  }
  return found as Handler;
}

/**
 * Node.js 24 ended callbacks; it takes any handler with three parameters for one.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137
 */
export function allowsCallbacks(runtime: string): boolean {
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 24) < 24;
}

async function loadModule(taskRoot: string, path: string): Promise<unknown> {
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => join(taskRoot, path + extension)).find(isFile);
  if (file === undefined) {
    throw new HandlerError('Runtime.ImportModuleError', `Error: Cannot find module '${path}' in ${taskRoot} (.js, .mjs, .cjs)`);
  }
  try {
    return isEsModule(file, taskRoot) ? await import(pathToFileURL(file).href) : createRequire(file)(file);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new HandlerError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, { cause: error });
    if (isModuleNotFound(error)) throw new HandlerError('Runtime.ImportModuleError', `Error: ${error.message}`, { cause: error });
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** `.mjs`, or `.js` below a package.json of type `module`, looked for up to the task root. */
function isEsModule(file: string, taskRoot: string): boolean {
  if (file.endsWith('.mjs')) return true;
  if (file.endsWith('.cjs')) return false;
  for (let directory = dirname(file); directory.startsWith(taskRoot); directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest)) return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'module';
  }
  return false;
}

function isModuleNotFound(error: unknown): error is Error {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}
