/**
 * Runs a call of the mock as the server's executor would: the input is validated, the handler runs, its result is validated too. What has no
 * handler is answered with a sample. A handler's own mistake is INTERNAL_SERVER_ERROR and says, other than a server's, what it was.
 */

import { type AnyContract, type AnyProcedure, type SchemaSource, schemaOf, wirePaths } from '@org/gateway-core';
import { type ErrorShape, errorShape, GatewayError, isErrorCode } from '@org/gateway-core/errors';
import { type WirePath, wireForm } from '@org/gateway-core/wire-value';
import { procedureAt } from '../procedure-at.js';
import type { AnyMockHandler, AnyMockHandlers } from './mock-types.js';
import { sampleOf, seedOf } from './sample.js';

/** A call as the mock got it. */
export interface RecordedCall {
  /** `service.procedure`. */
  readonly path: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly input: unknown;
  readonly over: 'http' | 'socket';
  /** Of the request, by their lower-case names; empty over the socket. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface RunnerOptions {
  readonly contract: AnyContract;
  readonly seed: number;
  readonly unhandled: 'sample' | 'error';
  /** Later ones win. */
  readonly handlers: () => readonly AnyMockHandlers[];
}

/** How a call ended. */
export type MockOutcome = { readonly data: unknown; readonly codecs?: readonly WirePath[] } | { readonly error: ErrorShape };

/** What both faces of the mock run calls with. */
export interface Runner {
  /** Runs a query or mutation. Never rejects. */
  run(call: RecordedCall, signal: AbortSignal): Promise<MockOutcome>;
  /** What a subscription's handler gives, and undefined where there is none. @throws GatewayError */
  events(call: RecordedCall, signal: AbortSignal): Promise<AsyncIterable<unknown> | Iterable<unknown> | undefined>;
  /** Where in the events of a subscription texts stand for something else. P2.16 */
  codecs(path: string): readonly WirePath[] | undefined;
  /** An event as subscribers get it. @throws GatewayError when it does not fit */
  event(path: string, event: unknown): Promise<unknown>;
}

export function createRunner({ contract, seed, unhandled, handlers }: RunnerOptions): Runner {
  const handlerOf = (path: string): AnyMockHandler | undefined => {
    const [service = '', name = ''] = path.split('.');
    return handlers()
      .map((each) => each[service]?.[name])
      .findLast((each) => each !== undefined);
  };
  const procedureOf = (path: string, kind: RecordedCall['kind']) => {
    const procedure = procedureAt(contract, path);
    if (!procedure) throw failure('NOT_FOUND', path, 'is not in the contract');
    if (procedure.kind !== kind) throw failure('METHOD_NOT_SUPPORTED', path, `is a ${procedure.kind}, got a ${kind}`);
    return procedure;
  };
  const callHandler = async (call: RecordedCall, procedure: AnyProcedure, signal: AbortSignal) => {
    const { path, headers } = call;
    const input = await fitting(procedure.input, call.input, (text, issues) => failure('BAD_REQUEST', path, text, { issues }));
    const handler = handlerOf(path);
    if (handler) return { result: await handler({ input, errors: errorMakers(path, procedure), headers, signal }) };
    if (unhandled === 'error') throw failure('NOT_IMPLEMENTED', path, 'has no handler in the mock: give it one');
    return undefined;
  };
  const answer = async (call: RecordedCall, signal: AbortSignal): Promise<unknown> => {
    const { path, kind, input } = call;
    const procedure = procedureOf(path, kind);
    const handled = await callHandler(call, procedure, signal);
    if (handled?.result instanceof GatewayError) throw handled.result;
    const { output } = procedure;
    if (handled)
      return fitting(output, handled.result, (text) => mistake(path, `its handler in the mock returned what does not fit: ${text}`));
    return output && sampleOf(schemaOf(output), path, seedOf(`${seed} ${path} ${JSON.stringify(input)}`));
  };
  return {
    run: (call, signal) =>
      answer(call, signal).then(
        (data) => (data === undefined ? { data } : wireForm(data)),
        (thrown) => ({ error: shapeOf(thrown, call.path) }),
      ),
    async events(call, signal) {
      const handled = await callHandler(call, procedureOf(call.path, 'subscription'), signal);
      return handled?.result as AsyncIterable<unknown> | undefined;
    },
    codecs(path) {
      const paths = wirePaths(procedureOf(path, 'subscription').output);
      return paths === 'each' || paths.length === 0 ? undefined : paths;
    },
    event: (path, event) =>
      fitting(procedureOf(path, 'subscription').output, event, (text) => mistake(path, `an event of the mock does not fit: ${text}`)),
  };
}

/** The error of the wire for whatever was thrown. */
export function shapeOf(thrown: unknown, path: string): ErrorShape {
  const error = thrown instanceof GatewayError ? thrown : mistake(path, `its handler in the mock threw ${String(thrown)}`);
  const { code, message, error: name, data: details, issues } = error;
  if (!isErrorCode(code)) return shapeOf(new TypeError(`a ${code}, which only a client makes: have the mock's fetch fail instead`), path);
  return errorShape({ code, message, path, error: name, details, issues });
}

type Issues = GatewayError['issues'];

async function fitting(
  source: SchemaSource | undefined,
  value: unknown,
  refuse: (text: string, issues: Issues) => GatewayError,
): Promise<unknown> {
  if (!source) return undefined;
  const result = await schemaOf(source).safeParseAsync(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path, message }));
  throw refuse(issues.map(({ path, message }) => `${path.length ? path.map(String).join('.') : 'value'}: ${message}`).join('; '), issues);
}

function errorMakers(path: string, { errors }: AnyProcedure): Readonly<Record<string, (data: unknown) => GatewayError>> {
  const make = (name: string, code: GatewayError['code']) => (data: unknown) =>
    new GatewayError(code, `[${code}] ${path} ended with ${name}`, { path, error: name, data });
  return Object.fromEntries(Object.entries(errors).map(([name, { code }]) => [name, make(name, code)]));
}

function failure(code: GatewayError['code'], path: string, text: string, more: { readonly issues?: Issues } = {}): GatewayError {
  return new GatewayError(code, `[${code}] ${path} ${text}`, { path, ...more });
}

function mistake(path: string, text: string): GatewayError {
  return failure('INTERNAL_SERVER_ERROR', path, text);
}
