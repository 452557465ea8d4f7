/**
 * The REST face: an API Gateway event in, a proxy result out, with no fetch objects between. It serves the RPC paths and the contract's
 * `rest:` routes of one service and answers every failure with a status code and a typed body; it never rejects.
 */

import type { ErrorShapeParts } from '@org/gateway-core/errors';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import type { CallContext } from '../execute/context.js';
import { contextFactory } from '../execute/create-context.js';
import { execute, procedureOf } from '../execute/executor.js';
import type { FunctionParts } from '../execute/function-parts.js';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import { type RestEvent, type RestRequest, readEvent } from './rest-event.js';
import { errorBody, type RestResult, resultWriter } from './rest-result.js';
import { userOf } from './rest-user.js';
import { routeInput } from './route-input.js';
import { createRouteTable } from './route-table.js';
import { allowOf, kindOfMethod, rpcInputs, rpcNames } from './rpc-calls.js';

type Headers = Readonly<Record<string, string>>;

/** Serves HTTP events of one service. */
export function createRestHandler(parts: FunctionParts): (event: RestEvent) => Promise<RestResult> {
  const { implementation, log } = parts;
  const { service } = implementation.declaration;
  const contextOf = contextFactory(parts);
  const write = resultWriter(parts.allowedOrigin);
  const routes = createRouteTable(service);

  const fail = (request: RestRequest, error: ErrorShapeParts, headers?: Headers) => {
    const { statusCode, json } = errorBody({ requestId: request.requestId, ...error });
    return write(request, statusCode, JSON.stringify(json), headers);
  };

  /** `/rpc/{service}/…` */
  const rpc = async (request: RestRequest, segment: string, ctx: CallContext): Promise<RestResult> => {
    const calls = rpcNames(request, segment);
    const kind = kindOfMethod(request.method);
    const refused = refusal(request, calls.names, kind);
    if (refused) return refused;
    const inputs = rpcInputs(request, calls);
    const outcomes = await Promise.all(
      calls.names.map((procedure, at) => execute(implementation, { procedure, input: inputs[at], kind: kind ?? 'query' }, ctx)),
    );
    const items = outcomes.map((outcome, at) => encoded(request, outcome, `${service.name}.${calls.names[at]}`));
    const statuses = new Set(items.map(({ statusCode }) => statusCode));
    const statusCode = statuses.size === 1 ? (items[0]?.statusCode ?? 200) : 207;
    const texts = items.map(({ text }) => text);
    return write(request, statusCode, calls.batched ? `[${texts.join(',')}]` : texts.join());
  };

  /** One call's answer; what JSON cannot carry (a bigint) fails that call alone. */
  const encoded = (request: RestRequest, outcome: Outcome, path: string): { readonly statusCode: number; readonly text: string } => {
    try {
      if (outcome.ok) return { statusCode: 200, text: JSON.stringify({ result: { data: outcome.data } }) };
      const { statusCode, json } = errorBody({ requestId: request.requestId, ...outcome.error });
      return { statusCode, text: JSON.stringify(json) };
    } catch (cause) {
      return encoded(request, failureOf(cause, path, request.requestId, log), path);
    }
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
  const route = async (request: RestRequest, ctx: CallContext): Promise<RestResult> => {
    const found = routes(request.method, request.path);
    if (!('match' in found)) {
      if (found.allow.length === 0)
        return fail(request, failure('NOT_FOUND', `no route ${request.method} ${request.path} in ${service.name}`).error);
      const allow = found.allow.join(', ');
      return fail(request, failure('METHOD_NOT_SUPPORTED', `${request.method} ${request.path}: expected ${allow}`).error, { allow });
    }
    const { match } = found;
    const kind = match.procedure.kind;
    const outcome = await execute(implementation, { procedure: match.name, input: routeInput(match, request), kind }, ctx);
    if (!outcome.ok) return fail(request, outcome.error);
    return write(request, match.route.status, outcome.data === undefined || match.route.status === 204 ? '' : JSON.stringify(outcome.data));
  };

  return async (event) => {
    const request = readEvent(event);
    try {
      const ctx = contextOf({ user: userOf(request.authorizer), requestId: request.requestId });
      const [, root, name, segment, ...rest] = request.path.split('/');
      if (root !== RPC_ROOT) return await route(request, ctx);
      if (name === service.name && segment && rest.length === 0) return await rpc(request, segment, ctx);
      return fail(request, failure('NOT_FOUND', `no path ${request.path}: expected /${RPC_ROOT}/${service.name}/{procedure}`).error);
    } catch (thrown) {
      const outcome = failureOf(thrown, service.name, request.requestId, log);
      return outcome.ok ? write(request, 200, '') : fail(request, { ...outcome.error, path: undefined });
    }
  };
}
