/**
 * AppSync's GraphQL endpoint: `POST` and `GET` on `/appsync/API/graphql` of the AWS endpoint, signed for `appsync` or with an `x-api-key`.
 * https://docs.aws.amazon.com/appsync/latest/devguide/what-is-appsync.html
 *
 * The control plane, real-time subscriptions, caches, merged APIs and event APIs are not served.
 */
import { splitUrl } from '../../wire/uri-encoding.js';
import type { OpenRequest, WireResponse } from '../../wire/wire-handler.js';
import type { RunningService, ServiceParts } from '../service-module.js';
import { authenticate } from './authenticate.js';
import { readGraphApis } from './definition.js';
import { executeGraph, type GraphApi } from './execute.js';
import { commonHeaders, RequestError, refusal } from './graph-error.js';
import { checkSize, readGraphRequest } from './request-body.js';
import { buildAppSyncSchema } from './schema.js';

const pathPrefix = '/appsync/';

/**
 * Starts the service.
 *
 * @throws StageError `RESOURCE_REFUSED` for an API that would answer differently here
 */
export async function startAppSync(parts: ServiceParts): Promise<RunningService> {
  const apis = new Map<string, GraphApi>(
    readGraphApis(parts.stacks, parts.report).map((definition) => [
      definition.apiId,
      { definition, schema: buildAppSyncSchema(definition.schema, definition.apiId) },
    ]),
  );
  const handle = async (request: OpenRequest): Promise<WireResponse> => {
    try {
      return await answer(request, apis, parts);
    } catch (error) {
      if (error instanceof RequestError) return refusal(error);
      parts.report({ level: 'error', part: 'appsync', message: `appsync failed inside: ${String(error)}`, detail: { error } });
      return refusal(new RequestError(500, 'InternalFailure', 'An internal failure occurred.'));
    }
  };
  return {
    handle: async ({ method, url }) =>
      refusal(new RequestError(404, 'NotFoundException', `${method} ${url} is not served by the local stage`)),
    open: { pathPrefix, handle },
    close: async () => undefined,
  };
}

async function answer(request: OpenRequest, apis: ReadonlyMap<string, GraphApi>, parts: ServiceParts): Promise<WireResponse> {
  const [, apiId = ''] = /^\/appsync\/([^/]+)\/graphql$/.exec(splitUrl(request.url).path) ?? [];
  const api = apis.get(apiId);
  if (api === undefined) throw new RequestError(404, 'NotFoundException', `there is no GraphQL API at ${request.url}`);
  if (request.method === 'OPTIONS') return { statusCode: 200, headers: { ...commonHeaders, ...preflightHeaders }, body: '' };
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new RequestError(405, 'MethodNotAllowedException', `got ${request.method}, expected POST or GET`);
  }
  checkSize(request);
  const caller = authenticate(request, api.definition, parts.clock);
  const graphRequest = readGraphRequest(request);
  const result = await executeGraph(api, { request: graphRequest, caller, headers: request.headers }, parts);
  return { statusCode: 200, headers: { ...commonHeaders, 'x-amzn-appsync-tokensconsumed': '1' }, body: JSON.stringify(result) };
}

const preflightHeaders = {
  'access-control-allow-methods': 'OPTIONS, POST, GET',
  'access-control-allow-headers': 'authorization,content-type,x-amz-date,x-amz-security-token,x-amz-user-agent,x-api-key',
  'access-control-max-age': '172800',
};
