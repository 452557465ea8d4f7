/**
 * `GraphClient` on an AppSync GraphQL API: one POST per call, signed with the function's role, or with an API key where the location names
 * one. Variables and data pass the declared schemas. A query that did not get through is sent once more; a mutation never is.
 * https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
 */

import { GatewayError } from '@org/gateway-core/errors';
import { describeIssues, validate } from '../execute/validate.js';
import type { GraphGrant, GraphOperation } from '../service/graph.js';
import { type AwsCredentialsProvider, lazily } from './aws-options.js';
import { type BackendRequest, broken, denied, failedDependency, unavailable } from './backend-failure.js';
import { type GraphAnswer, type GraphError, graphAnswerOf } from './graph-answer.js';
import { graphSender, type SendGraph } from './graph-request.js';
import { sdkErrorName } from './sdk-failure.js';

/** A graph's client without the types of its operations. */
export type AnyGraphClient = Readonly<Record<string, (variables: unknown) => Promise<unknown>>>;

export interface GraphClientOptions {
  readonly grant: GraphGrant<unknown>;
  /** URL of the API; `URL#KEY` with an API key. */
  readonly location: string;
  readonly region: string;
  readonly credentials: AwsCredentialsProvider;
  /** Epoch milliseconds, of signatures. */
  readonly now: () => number;
  /** Of one attempt. @default 12,000: two stay inside the 29 s that API Gateway waits */
  readonly timeoutMs?: number;
}

interface Call {
  readonly grant: GraphGrant<unknown>;
  readonly request: BackendRequest;
  readonly send: () => Promise<SendGraph>;
}

type AnyOperation = GraphOperation<unknown, unknown>;

/**
 * A client with every operation; `createClients` hands out the granted ones.
 *
 * @throws TypeError for a location that is no URL.
 */
export function createGraphClient({ grant, location, timeoutMs = 12_000, ...signing }: GraphClientOptions): AnyGraphClient {
  const url = new URL(location);
  const apiKey = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  const send = lazily(() => graphSender({ url, apiKey, timeoutMs, ...signing }));
  const operations = Object.entries(grant.queries as Readonly<Record<string, AnyOperation>>).map(([name, operation]) => {
    const request = { resource: grant.resource, physicalName: url.href, operation: name, action: 'appsync:GraphQL' };
    return [name, (variables: unknown) => run({ grant, request, send }, operation, variables)] as const;
  });
  return Object.fromEntries(operations);
}

async function run(call: Call, operation: AnyOperation, variables: unknown): Promise<unknown> {
  const { grant, request } = call;
  const body = JSON.stringify({ query: operation.document, variables: await variablesOf(call, operation, variables) });
  const answer = await attempt(call, body, isRepeatable(operation) ? 2 : 1);
  if (answer.errors.length > 0 || answer.status !== 200) throw failureOf(request, answer);
  const result = await validate(operation.data, answer.data);
  if (result.success) return result.data;
  const { text } = describeIssues(result.error.issues);
  throw failedDependency(grant.resource, `data of ${grant.resource.name}.${request.operation} does not fit its schema: ${text}`);
}

/** Queries only read. */
function isRepeatable({ fields }: AnyOperation): boolean {
  return fields.every((field) => field.startsWith('Query.'));
}

async function attempt({ request, send }: Call, body: string, attempts: number): Promise<GraphAnswer> {
  const sender = await send();
  for (let left = attempts - 1; ; left--) {
    try {
      const { status, text } = await sender(body);
      if (status < 500 || left === 0) return graphAnswerOf(status, text);
    } catch (cause) {
      if (left === 0 || !isUnanswered(cause)) throw unsent(request, cause);
    }
  }
}

/** Fetch rejects with a TypeError when there is no connection, and as its signal says when there was no answer in time. */
function isUnanswered(cause: unknown): boolean {
  return cause instanceof TypeError || sdkErrorName(cause) === 'TimeoutError';
}

function unsent(request: BackendRequest, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return isUnanswered(cause) ? unavailable(request.resource, cause) : broken(request, String(cause), cause);
}

/** @throws GatewayError INTERNAL_SERVER_ERROR: the caller is our own code. */
async function variablesOf({ grant, request }: Call, operation: AnyOperation, variables: unknown): Promise<unknown> {
  const result = await validate(operation.variables, variables);
  if (result.success) return result.data;
  const { text } = describeIssues(result.error.issues);
  throw new GatewayError(
    'INTERNAL_SERVER_ERROR',
    `variables of ${grant.resource.name}.${request.operation} do not fit their schema: ${text}`,
  );
}

function failureOf(request: BackendRequest, { status, errors }: GraphAnswer): GatewayError {
  const { resource } = request;
  const said = new Error(`AppSync answered ${status}: ${errors.map(describe).join('; ')}`);
  if (status === 401 || status === 403 || errors.some(isUnauthorized)) return denied(request, said);
  if (status === 429 || status >= 500) return unavailable(resource, said);
  return failedDependency(resource, `${resource.name}.${request.operation} failed`, said);
}

/** A field that IAM refuses, and a request that it refuses as a whole. */
function isUnauthorized({ type }: GraphError): boolean {
  return type === 'Unauthorized' || type === 'UnauthorizedException' || type === 'AccessDeniedException';
}

function describe({ type, path, message }: GraphError): string {
  return [type, path, message].filter((part) => part !== '').join(' ');
}
