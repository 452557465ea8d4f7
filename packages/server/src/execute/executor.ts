/**
 * The one way a procedure runs, whatever it came over: validate in, call the handler, validate out, or end in a typed error. The faces
 * (REST, socket, tRPC router) only read requests and write outcomes.
 */

import { type AnyProcedure, type ProcedureKind, wirePaths } from '@org/gateway-core';
import { GatewayError } from '@org/gateway-core/errors';
import { type WirePath, wireForm } from '@org/gateway-core/wire-value';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';
import { type Replies, runOnce } from '../replies/run-once.js';
import type { CallContext, User } from './context.js';
import { errorMakers, failureOfCall } from './declared-error.js';
import type { Implementation } from './handler-types.js';
import { failure, type Outcome } from './outcome.js';
import { describeIssues, validate } from './validate.js';

/** A call to run. */
export interface Call {
  /** Procedure name within the service. */
  readonly procedure: string;
  readonly input: unknown;
  /** What the caller takes it for; another kind is METHOD_NOT_SUPPORTED. */
  readonly kind: ProcedureKind;
  /** Another function vouches for the caller: the procedure's `auth` was its business. @default false */
  readonly vouched?: boolean;
  /** Counts calls of procedures that limit them. @default nobody counts */
  readonly rate?: Rate | undefined;
  /** A mutation runs at most once per caller and key (P3.23); for a query it is ignored. @default it runs whenever it is called */
  readonly once?: Once | undefined;
}

/** Who calls, and what counts the calls. */
export interface Rate {
  readonly limiter: RateLimiter;
  /** Of a caller who is not signed in. */
  readonly sourceIp: string | undefined;
}

/** The key of a call, and what keeps its reply. */
export interface Once {
  readonly key: string;
  readonly replies: Replies;
  /** How long the function can run yet. */
  readonly leaseMs: number;
}

/** The procedure of a name, never a property of `Object.prototype`. */
export function procedureOf(implementation: Implementation, name: string): AnyProcedure | undefined {
  const { procedures } = implementation.declaration.service;
  return Object.hasOwn(procedures, name) ? procedures[name] : undefined;
}

/** Runs a call. Never rejects. For a subscription the result is the topic key its handler chose. */
export async function execute(implementation: Implementation, call: Call, ctx: CallContext): Promise<Outcome> {
  const path = `${implementation.declaration.service.name}.${call.procedure}`;
  const at = { path, requestId: ctx.requestId };
  const procedure = procedureOf(implementation, call.procedure);
  if (!procedure) return failure('NOT_FOUND', `no procedure ${path}`, at);
  if (procedure.kind !== call.kind) return failure('METHOD_NOT_SUPPORTED', `${path} is a ${procedure.kind}, got a ${call.kind}`, at);
  const isForIam = implementation.declaration.auth === 'iam';
  const denied = call.vouched ? undefined : authorize({ procedure, isForIam, at }, ctx);
  if (denied) return denied;
  try {
    const limited = await overLimit(procedure, call.rate, ctx, at);
    if (limited) return limited;
    const parsed = await validate(procedure.input, call.input);
    if (!parsed.success) {
      const { text, issues } = describeIssues(parsed.error.issues, call.input, procedure.input);
      return failure('BAD_REQUEST', `${path}: input does not fit: ${text}`, { ...at, issues });
    }
    if (ctx.signal.aborted) return failure('TIMEOUT', `${path} had no time left when it could begin`, at);
    const run = () => handle(implementation, { procedure, name: call.procedure, input: parsed.data, at }, ctx);
    if (call.once === undefined || procedure.kind !== 'mutation') return await run();
    const { replies, ...once } = call.once;
    const facts = { userId: ctx.user?.id ?? null, idempotent: procedure.meta.idempotent, signal: ctx.signal, log: ctx.log };
    return await runOnce(replies, { ...once, ...at, ...facts, input: call.input }, run);
  } catch (thrown) {
    return failureOfCall(procedure, thrown, at, ctx.log);
  }
}

/** Calls that are refused for other reasons than their input do not count. */
async function overLimit(
  { meta: { callerLimit } }: AnyProcedure,
  rate: Rate | undefined,
  { user }: CallContext,
  at: { path: string; requestId: string },
): Promise<Outcome | undefined> {
  if (callerLimit === undefined || rate === undefined) return undefined;
  const retryAfterMs = await rate.limiter.take({
    path: at.path,
    caller: user ? `u:${user.id}` : `ip:${rate.sourceIp ?? ''}`,
    limit: callerLimit,
  });
  if (retryAfterMs === 0) return undefined;
  const message = `${at.path} takes ${callerLimit.burst} calls of one caller at once; come back in ${retryAfterMs} ms`;
  return failure('TOO_MANY_REQUESTS', message, { ...at, retryAfterMs });
}

interface Handled {
  readonly procedure: AnyProcedure;
  readonly name: string;
  readonly input: unknown;
  readonly at: { readonly path: string; readonly requestId: string };
}

/** From the handler to the outcome. Never rejects. */
async function handle(implementation: Implementation, { procedure, name, input, at }: Handled, ctx: CallContext): Promise<Outcome> {
  try {
    const returned = await implementation.handlers[name]?.({ input, ctx, errors: errorMakers(procedure, at.path) });
    if (returned instanceof GatewayError) return await failureOfCall(procedure, returned, at, ctx.log);
    if (procedure.kind === 'subscription') return { ok: true, data: returned, ...eventCodecs(procedure) };
    return await finish(procedure, returned, at, ctx);
  } catch (thrown) {
    return failureOfCall(procedure, thrown, at, ctx.log);
  }
}

async function finish(
  procedure: AnyProcedure,
  returned: unknown,
  at: { path: string; requestId: string },
  ctx: CallContext,
): Promise<Outcome> {
  const result = await validate(procedure.output, returned);
  if (result.success) return success(procedure, result.data);
  ctx.log.error('output does not fit the contract', { ...at, issues: describeIssues(result.error.issues).issues });
  return { ok: false, error: { code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error', ...at } };
}

interface Asked {
  readonly procedure: AnyProcedure;
  /** Nothing in a service for AWS identities is public. */
  readonly isForIam: boolean;
  readonly at: { readonly path: string; readonly requestId: string };
}

/** Handlers' types count on it (`CallerOf`). */
function authorize({ procedure, isForIam, at }: Asked, { user }: CallContext): Outcome | undefined {
  const { auth } = procedure.meta;
  if (auth === 'public' && !isForIam) return undefined;
  if (user === null) {
    const what = isForIam ? 'an AWS identity; sign the request' : 'a signed-in user; send a token that has not expired';
    return failure('UNAUTHORIZED', `${at.path} needs ${what}`, at);
  }
  if (auth === 'user' || auth === 'public') return undefined;
  const granted = new Set(scopesOf(user));
  const missing = auth.scopes.filter((scope) => !granted.has(scope));
  return missing.length === 0 ? undefined : failure('FORBIDDEN', `${at.path} needs the scopes ${missing.join(', ')}`, at);
}

function scopesOf({ scopes, claims }: User): readonly string[] {
  return scopes ?? (typeof claims.scope === 'string' ? claims.scope.split(' ') : []);
}

/** Values that JSON has no form for leave as texts, and where they are beside them: P2.16. */
function success({ output }: AnyProcedure, data: unknown): Outcome {
  const paths = wirePaths(output);
  if (paths.length === 0) return { ok: true, data };
  const written = wireForm(data);
  return { ok: true, data: written.data, codecs: paths === 'each' ? written.codecs : paths };
}

/** Of the events of a subscription: the same for all of them. */
function eventCodecs({ output }: AnyProcedure): { readonly codecs?: readonly WirePath[] } {
  const paths = wirePaths(output);
  return paths === 'each' || paths.length === 0 ? {} : { codecs: paths };
}
