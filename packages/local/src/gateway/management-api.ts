/**
 * The `@connections` management API on the port of its WebSocket API: POST, GET and DELETE `/STAGE/@connections/{id}`, signed with SigV4 for
 * `execute-api`. Errors carry their name in `x-amzn-ErrorType`, which is where AWS's SDKs look; a 410 has no body, as on AWS.
 * A 200 means taken, not received.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultBoard } from '../faults/board.js';
import { type Authorize, denialMessage } from '../iam/authorize.js';
import type { Clock, Environment, Principal, Report, SignatureResult, VerifySignature } from '../parts.js';
import { signatureErrors } from '../wire/aws-json.js';
import { isConnectionId, type Random, requestId } from './identifiers.js';
import { maskedAccount } from './masked-account.js';
import { readBody } from './read-body.js';
import { MAX_MESSAGE_BYTES, type SocketConnection } from './socket-connection.js';

/** What the management API works with. */
export interface ManagementSurroundings {
  readonly apiId: string;
  readonly stageName: string;
  readonly environment: Environment;
  readonly connections: ReadonlyMap<string, SocketConnection>;
  readonly verify: VerifySignature;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly report: Report;
  readonly random: Random;
  readonly faults: FaultBoard;
}

interface ManagementAnswer {
  readonly statusCode: number;
  readonly errorType?: string;
  /** Absent for an empty body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

const GONE: ManagementAnswer = { statusCode: 410, errorType: 'GoneException' };
const TOO_LARGE = failure(413, 'PayloadTooLargeException', 'Payload Too Large');
const BUFFER_FULL = failure(429, 'LimitExceededException', 'The WebSocket client side buffer is full');
const NO_TOKEN = failure(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');

/** Answers of faults that leave the connection alone. */
const REFUSALS: Readonly<Record<string, ManagementAnswer>> = {
  lose: { statusCode: 200 },
  gone: GONE,
  throttle: failure(429, 'LimitExceededException', 'Rate exceeded'),
  full: BUFFER_FULL,
  fail: failure(500, 'InternalServerErrorException', 'Internal server error'),
};

function failure(statusCode: number, errorType: string, message: string): ManagementAnswer {
  return { statusCode, errorType, body: { message } };
}

/** Answers one HTTP request to the WebSocket API's port; never rejects. */
export async function handleManagementRequest(
  surroundings: ManagementSurroundings,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answer = await answerRequest(surroundings, incoming).catch((cause: unknown) => {
    surroundings.report({ level: 'error', part: 'socket', message: `@connections: ${String(cause)}` });
    return failure(500, 'InternalServerErrorException', 'Internal server error');
  });
  if (answer === 'aborted') return;
  if (answer === 'cut') {
    incoming.socket.resetAndDestroy();
    return;
  }
  const text = answer.body ? JSON.stringify(answer.body) : '';
  outgoing.statusCode = answer.statusCode;
  outgoing.setHeader('x-amzn-RequestId', requestId(surroundings.random));
  if (answer.errorType) outgoing.setHeader('x-amzn-ErrorType', answer.errorType);
  if (text) outgoing.setHeader('Content-Type', 'application/json');
  outgoing.setHeader('Content-Length', Buffer.byteLength(text));
  outgoing.end(text);
}

/** `cut`: nothing is answered, and the caller's connection is reset. */
async function answerRequest(
  surroundings: ManagementSurroundings,
  incoming: IncomingMessage,
): Promise<ManagementAnswer | 'aborted' | 'cut'> {
  const target = connectionPath(incoming.url ?? '/', surroundings.stageName);
  if (target === undefined) return failure(403, 'ForbiddenException', 'Forbidden');
  const body = await readBody(incoming, MAX_MESSAGE_BYTES);
  if (body === 'aborted') return 'aborted';
  const caller = checkSignature(surroundings, incoming, body === 'too-large' ? undefined : body);
  if ('statusCode' in caller) return caller;
  const denial = checkPermission(surroundings, caller, `${incoming.method}/@connections/${decode(target) ?? target}`);
  if (denial) return denial;
  const connectionId = decode(target);
  if (connectionId === undefined || !isConnectionId(connectionId)) {
    return failure(400, 'BadRequestException', `Invalid connectionId: ${connectionId ?? target}`);
  }
  if (body === 'too-large') return TOO_LARGE;
  const connection = surroundings.connections.get(connectionId);
  switch (incoming.method) {
    case 'POST':
      return connection?.isOpen ? post(surroundings, connection, { data: body, incoming }) : GONE;
    case 'GET':
      return connection?.isOpen ? { statusCode: 200, body: describe(connection) } : GONE;
    case 'DELETE':
      if (!connection?.isOpen) return GONE;
      connection.close(1000, 'Connection Closed Normally');
      return { statusCode: 204 };
    default:
      return NO_TOKEN;
  }
}

/** The raw id of `/STAGE/@connections/ID` or `/@connections/ID`. */
function connectionPath(url: string, stageName: string): string | undefined {
  const [path = ''] = url.split('?');
  const [, stage, id] = /^(?:\/([^/@]+))?\/(?:@|%40)connections\/([^/]+)$/i.exec(path) ?? [];
  return stage === undefined || stage === stageName ? id : undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function checkSignature(
  { verify, environment }: ManagementSurroundings,
  incoming: IncomingMessage,
  body: Buffer | undefined,
): ManagementAnswer | Principal {
  const { method = 'GET', url = '/', headers } = incoming;
  const result: SignatureResult = verify({ method, url, headers, ...(body ? { body } : {}) });
  if (!result.ok) {
    const missing = result.code === 'MissingAuthenticationToken';
    return missing ? NO_TOKEN : failure(403, signatureErrors[result.code], result.message);
  }
  if (result.service !== 'execute-api') {
    return failure(
      403,
      'InvalidSignatureException',
      `Credential should be scoped to correct service: 'execute-api', got '${result.service}'.`,
    );
  }
  if (result.region === environment.region) return result.principal;
  return failure(
    403,
    'InvalidSignatureException',
    `Credential should be scoped to region '${environment.region}', got '${result.region}'.`,
  );
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html */
function checkPermission(surroundings: ManagementSurroundings, principal: Principal, path: string): ManagementAnswer | undefined {
  const { partition, region, accountId } = surroundings.environment;
  const resource = `arn:${partition}:execute-api:${region}:${accountId}:${surroundings.apiId}/${surroundings.stageName}/${path}`;
  const asked = { principal, action: 'execute-api:ManageConnections', resource, context: {} };
  const { allowed, message = denialMessage(asked) } = surroundings.authorize(asked);
  return allowed ? undefined : failure(403, 'AccessDeniedException', maskedAccount(message));
}

async function post(
  { faults, clock }: ManagementSurroundings,
  connection: SocketConnection,
  { data, incoming }: { readonly data: Buffer; readonly incoming: IncomingMessage },
): Promise<ManagementAnswer | 'cut'> {
  const message = asText(data);
  const { connectionId } = connection.facts;
  const effects = faults.draw('post', { connectionId, text: message.toString() }).map(({ effect }) => effect);
  const refusal = effects
    .map((effect) => (typeof effect === 'string' ? REFUSALS[effect] : undefined))
    .find((answer) => answer !== undefined);
  if (refusal) return refusal;
  if (effects.includes('hang')) return hang(incoming);
  const deliver = (): ReturnType<SocketConnection['send']> => {
    const result = connection.send(message);
    return result === 'sent' && effects.includes('duplicate') ? connection.send(message) : result;
  };
  const delayMs = effects.reduce((sum, effect) => sum + faults.delayMs(effect), 0);
  const result = delayMs > 0 ? 'sent' : deliver();
  if (delayMs > 0) clock.after(delayMs, () => void deliver());
  if (effects.includes('lose-answer')) return 'cut';
  if (result === 'gone') return GONE;
  return result === 'sent' ? { statusCode: 200 } : BUFFER_FULL;
}

/** Until the caller has enough of waiting. */
function hang({ socket }: IncomingMessage): Promise<'cut'> {
  return new Promise((resolve) => (socket.destroyed ? resolve('cut') : socket.once('close', () => resolve('cut'))));
}

/** Posts leave as text frames; bytes that are no UTF-8 are replaced, because a client must fail a text frame with broken ones. */
function asText(data: Buffer): Buffer {
  return Buffer.from(data.toString('utf8'));
}

function describe({ facts, lastActiveAtMs }: SocketConnection): Readonly<Record<string, unknown>> {
  return {
    connectedAt: new Date(facts.connectedAtMs).toISOString(),
    identity: { sourceIp: facts.sourceIp, ...(facts.userAgent === undefined ? {} : { userAgent: facts.userAgent }) },
    lastActiveAt: new Date(lastActiveAtMs).toISOString(),
  };
}
