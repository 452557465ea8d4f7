/**
 * Runs the integration of one WebSocket route: a Lambda proxy or a MOCK. The outcome says what happened; the gateway decides what the client
 * sees of it. As on REST, a function that fails or returns no object is a 502, a refused call a 500, a timeout a 504.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integrations.html
 */
import type { Clock, Environment, Invoke, InvokeResult } from '../parts.js';
import { withDeadline } from './deadline.js';
import type { InvokePermission } from './invoke-permission.js';
import { readStatus } from './lambda-result.js';
import { mockStatus } from './lenient-json.js';
import type { MappingScope } from './mapping-template.js';
import { isRecord } from './properties.js';
import type { SocketIntegration, SocketModel, SocketRoute } from './socket-model.js';

/** What integrations work with. */
export interface IntegrationSurroundings {
  readonly model: SocketModel;
  readonly environment: Environment;
  readonly invoke: Invoke;
  readonly clock: Clock;
  readonly mayInvoke: InvokePermission;
}

/** How an integration ended. */
export type IntegrationOutcome =
  | { readonly kind: 'ok'; readonly statusCode: number; readonly body: string; readonly headers: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly statusCode: 500 | 502 | 504; readonly hint: string };

/** The call of one route. */
export interface RouteCall {
  readonly route: SocketRoute;
  readonly event: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** The frame, `''` for `$connect` and `$disconnect`. */
  readonly body: string;
}

/** Runs it. Never rejects. */
export async function runIntegration(call: RouteCall, surroundings: IntegrationSurroundings): Promise<IntegrationOutcome> {
  try {
    const { integration } = call.route;
    return integration.type === 'MOCK' ? runMock(integration, call, surroundings.model) : await runProxy(integration, call, surroundings);
  } catch (cause) {
    return { kind: 'failed', statusCode: 500, hint: String(cause) };
  }
}

async function runProxy(
  { functionArn, timeoutMs }: SocketIntegration & { type: 'AWS_PROXY' },
  { route, event }: RouteCall,
  { model, environment, invoke, clock, mayInvoke }: IntegrationSurroundings,
): Promise<IntegrationOutcome> {
  const { partition, region, accountId } = environment;
  const sourceArn = `arn:${partition}:execute-api:${region}:${accountId}:${model.apiId}/${model.stageName}/${route.routeKey}`;
  if (!mayInvoke({ functionArn, sourceArn })) {
    const hint = `no AWS::Lambda::Permission of the stack lets apigateway.amazonaws.com invoke ${functionArn} from ${sourceArn}; add one`;
    return { kind: 'failed', statusCode: 500, hint };
  }
  const result = await withDeadline(invoke(functionArn, event), { clock, timeoutMs });
  if (result === 'timeout') return { kind: 'failed', statusCode: 504, hint: `${functionArn} took longer than ${timeoutMs} ms` };
  return readResult(result);
}

function readResult({ functionError, payload }: InvokeResult): IntegrationOutcome {
  if (functionError === 'Throttled' || functionError === 'NotFound') {
    return { kind: 'failed', statusCode: 500, hint: `Lambda refused the invocation: ${functionError}: ${payload}` };
  }
  if (functionError) return { kind: 'failed', statusCode: 502, hint: `the function failed: ${functionError}: ${payload}` };
  const malformed = {
    kind: 'failed',
    statusCode: 502,
    hint: `the function returned ${payload.slice(0, 100)}, expected {"statusCode":200}`,
  } as const;
  const result: unknown = parse(payload);
  if (!isRecord(result)) return malformed;
  const statusCode = readStatus(result.statusCode);
  const body = result.body ?? '';
  if (statusCode === undefined || typeof body !== 'string') return malformed;
  const headers = { ...asRecord(result.headers), ...asRecord(result.multiValueHeaders) };
  return { kind: 'ok', statusCode, body, headers };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** The request template gives a status, the status picks an integration response, its template makes the body. */
function runMock(integration: SocketIntegration & { type: 'MOCK' }, { context, body }: RouteCall, model: SocketModel): IntegrationOutcome {
  const scope: MappingScope = { context, input: { body, path: {}, querystring: {}, header: {} }, stageVariables: model.stageVariables };
  const request = integration.requestTemplates.get(integration.templateKey) ?? integration.requestTemplates.get('$default');
  const rendered = request ? request.render(scope).text : '{"statusCode":200}';
  const statusCode = mockStatus(rendered);
  if (statusCode === undefined) {
    return { kind: 'failed', statusCode: 500, hint: `the request template gave ${JSON.stringify(rendered)}, expected {"statusCode": 200}` };
  }
  const response =
    integration.responses.find(({ pattern }) => pattern !== '$default' && pattern.test(String(statusCode))) ??
    integration.responses.find(({ pattern }) => pattern === '$default');
  return { kind: 'ok', statusCode, body: response?.template?.render(scope).text ?? '', headers: {} };
}
