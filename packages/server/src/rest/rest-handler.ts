/**
 * The REST face: an API Gateway event in, a proxy result out, with no fetch objects between. It serves the RPC paths and the contract's
 * `rest:` routes of one service and answers every failure with a status code and a typed body; it never rejects.
 */

import type { ErrorShapeParts } from '@org/gateway-core/errors';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import type { CallContext } from '../execute/context.js';
import { contextFactory } from '../execute/create-context.js';
import { type Call, execute, procedureOf } from '../execute/executor.js';
import type { FunctionParts } from '../execute/function-parts.js';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import { userOfCall } from '../identity/caller.js';
import { systemClock } from '../websocket/clock.js';
import { type Deadline, requestDeadline } from '../websocket/deadline.js';
import { type LambdaContext, NO_LAMBDA } from '../websocket/socket-event.js';
import { deadlineHeader, keyHeader } from './call-headers.js';
import { itemMaker, sourceOf } from './items.js';
import { allLines, asksForLines, LINES_TYPE, writeLines } from './json-lines.js';
import { followsReferences, type Item, referLarge } from './large-results.js';
import { checkSize } from './rest-body.js';
import { type RestEvent, type RestRequest, readEvent } from './rest-event.js';
import { errorBody, errorHeaders, isTooLarge, type RestResult, resultWriter } from './rest-result.js';
import { restIdentity } from './rest-user.js';
import { routeInput } from './route-input.js';
import { createRouteTable } from './route-table.js';
import { allowOf, kindOfMethod, rpcInputs, rpcNames } from './rpc-calls.js';

type Headers = Readonly<Record<string, string>>;

/** A request with what its calls share. */
interface Served {
  readonly request: RestRequest;
  readonly ctx: CallContext;
  readonly deadline: Deadline;
  readonly lambda: LambdaContext;
  readonly open: OpenLines | undefined;
}

/** Begins an answer whose lines are written as they are made. */
export type OpenLines = (head: Omit<RestResult, 'body'>) => (line: string) => void;

/** @param open where answers can be streamed; when it was called, the answer is written and the result says nothing more */
export type RestAnswers = (event: RestEvent, lambda?: LambdaContext, open?: OpenLines) => Promise<RestResult>;

/** Serves HTTP events of one service, each in one piece. Lambda may call it: it takes no third parameter, which would be a callback. */
export function createRestHandler(parts: FunctionParts): (event: RestEvent, lambda?: LambdaContext) => Promise<RestResult> {
  const answer = createRestAnswers(parts);
  return (event, lambda) => answer(event, lambda);
}

/** The same, where batches may be streamed. */
export function createRestAnswers(parts: FunctionParts): RestAnswers {
  const { implementation, log, clock = systemClock, replies, payloads } = parts;
  const { service } = implementation.declaration;
  const contextOf = contextFactory(parts);
  const write = resultWriter(parts.allowedOrigin);
  const routes = createRouteTable(service);
  const { itemOf, itemAlone } = itemMaker(parts);

  const fail = (request: RestRequest, error: ErrorShapeParts, headers?: Headers) => {
    const { statusCode, json } = errorBody({ ...sourceOf(request), ...error });
    return write(request, statusCode, JSON.stringify(json), { ...errorHeaders([error]), ...headers });
  };

  /** A call in time, at most once where it has a key. */
  const run = ({ request, ctx, deadline, lambda }: Served, call: Call, key: string | undefined): Promise<Outcome> => {
    const once = key === undefined || !replies ? undefined : { key, replies, leaseMs: lambda.getRemainingTimeInMillis() };
    const rate = parts.limiter && { limiter: parts.limiter, sourceIp: request.sourceIp };
    return deadline.race(execute(implementation, { ...call, once, rate }, ctx), () => {
      const path = `${service.name}.${call.procedure}`;
      log.error('deadline passed', { path, requestId: request.requestId, timeoutMs: deadline.timeoutMs });
      return failure('TIMEOUT', `${path} took longer than ${deadline.timeoutMs} ms`, { path, requestId: request.requestId });
    });
  };

  /** `/rpc/{service}/…` */
  const rpc = async (served: Served, segment: string): Promise<RestResult> => {
    const { request } = served;
    const calls = rpcNames(request, segment);
    const kind = kindOfMethod(request.method);
    const refused = refusal(request, calls.names, kind);
    if (refused) return refused;
    const inputs = rpcInputs(request, calls);
    const key = kind === 'mutation' ? keyHeader(request) : undefined;
    const keyAt = (at: number) => (key !== undefined && calls.batched ? `${key}:${at}` : key);
    const pathAt = (at: number) => `${service.name}.${calls.names[at]}`;
    const running = calls.names.map((procedure, at) => run(served, { procedure, input: inputs[at], kind: kind ?? 'query' }, keyAt(at)));
    const inLines = calls.batched && request.method !== 'HEAD' && asksForLines(request);
    if (inLines && served.open) {
      const head = write(request, 200, '', LINES);
      await writeLines(
        served.open(head),
        running.map((call, at) => itemAlone(request, call, pathAt(at))),
      );
      return head;
    }
    const outcomes = await Promise.all(running);
    const items = outcomes.map((outcome, at) => itemOf(request, outcome, pathAt(at)));
    const statuses = new Set(items.map((item) => item.statusCode));
    const statusCode = inLines ? 200 : statuses.size === 1 ? (items[0]?.statusCode ?? 200) : 207;
    const bodyOf = (each: readonly Item[]) => {
      if (inLines) return allLines(each);
      return calls.batched ? `[${each.map(({ text }) => text).join(',')}]` : (each[0]?.text ?? '');
    };
    const body = bodyOf(items);
    const headers = inLines ? LINES : errorHeaders(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error])));
    if (!payloads || !isTooLarge(body) || !followsReferences(request)) return write(request, statusCode, body, headers);
    return write(request, statusCode, bodyOf(await referLarge(items, payloads, (smaller) => !isTooLarge(bodyOf(smaller)))), headers);
  };

  /** A method that none of the called procedures takes is 405 for the request; in a mixed batch each item answers for itself. */
  const refusal = (request: RestRequest, names: readonly string[], kind: 'query' | 'mutation' | undefined): RestResult | undefined => {
    const procedures = names.map((name) => procedureOf(implementation, name));
    const first = procedures.find((procedure) => procedure !== undefined);
    if (!first) return undefined;
    if (kind !== undefined && procedures.some((procedure) => procedure === undefined || procedure.kind === kind)) return undefined;
    const path = `${service.name}.${names[procedures.indexOf(first)]}`;
    const message = `${path} is a ${first.kind}, which ${request.method} cannot call`;
    return fail(request, failure('METHOD_NOT_SUPPORTED', message, { path }).error, { allow: allowOf(first) });
  };

  /** `GET /documents/{id}` and its like. */
  const route = async (served: Served): Promise<RestResult> => {
    const { request } = served;
    const found = routes(request.method, request.path);
    if (!('match' in found)) {
      if (found.allow.length === 0)
        return fail(request, failure('NOT_FOUND', `no route ${request.method} ${request.path} in ${service.name}`).error);
      const allow = found.allow.join(', ');
      return fail(request, failure('METHOD_NOT_SUPPORTED', `${request.method} ${request.path}: expected ${allow}`).error, { allow });
    }
    const { match } = found;
    const kind = match.procedure.kind;
    const key = kind === 'mutation' ? keyHeader(request) : undefined;
    const outcome = await run(served, { procedure: match.name, input: routeInput(match, request), kind }, key);
    if (!outcome.ok) return fail(request, outcome.error);
    return write(request, match.route.status, outcome.data === undefined || match.route.status === 204 ? '' : JSON.stringify(outcome.data));
  };

  return async (event, lambda = NO_LAMBDA, open) => {
    const request = readEvent(event);
    try {
      const deadline = requestDeadline(clock, lambda, deadlineHeader(request));
      const { signal, endsAtMs } = deadline;
      const { requestId } = request;
      checkSize(request, implementation.declaration.maxRequestBytes);
      const identity = await restIdentity(parts, request);
      const user = await userOfCall(implementation.declaration, identity, { log, requestId });
      const ctx = contextOf({ user, identity, requestId, signal, endsAtMs });
      const served = { request, ctx, deadline, lambda, open };
      const [, root, name, segment, ...rest] = request.path.split('/');
      if (root !== RPC_ROOT) return await route(served);
      if (name === service.name && segment && rest.length === 0) return await rpc(served, segment);
      return fail(request, failure('NOT_FOUND', `no path ${request.path}: expected /${RPC_ROOT}/${service.name}/{procedure}`).error);
    } catch (thrown) {
      const outcome = failureOf(thrown, service.name, request.requestId, log);
      return outcome.ok ? write(request, 200, '') : fail(request, { ...outcome.error, path: undefined });
    }
  };
}

const LINES: Headers = { 'content-type': LINES_TYPE };
