/**
 * Frames that API Gateway could not route to a service. A single one is answered as the route response; the messages of an array each get
 * their own frame through `@connections`, in the order they are done. Calls go to the function of the service that `params.path` names.
 */

import { GatewayError } from '@org/gateway-core/errors';
import {
  type AuthAnswer,
  type AuthFrame,
  type CallFrame,
  PONG,
  type ReceivedMessage,
  type RequestId,
  readFrame,
  type StopFrame,
  type SyncFrame,
  splitPath,
  type UploadFrame,
} from '@org/gateway-core/protocol';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import { authenticate, takeParams } from '../identity/in-band.js';
import { frameDeadline } from './deadline.js';
import { errorFrame, outcomeFrame, sourceOf, stoppedFrame } from './frame-text.js';
import type { LambdaContext, SocketEvent } from './socket-event.js';
import type { SocketParts } from './socket-function.js';
import { sync } from './sync.js';

interface Received {
  readonly parts: SocketParts;
  readonly event: SocketEvent;
  readonly lambda: LambdaContext;
}

/** The text to answer the frame with, if any. Never rejects. */
export async function defaultRoute(received: Received): Promise<string | undefined> {
  const { parts, event } = received;
  const { connectionId } = event.requestContext;
  const messages = readFrame(event.body ?? '');
  const [only] = messages;
  if (only && messages.length === 1) return answer(received, only);
  const post = async (message: ReceivedMessage) => {
    const text = await answer(received, message);
    if (text !== undefined) await parts.sender.post(connectionId, text);
  };
  const results = await Promise.allSettled(messages.map(post));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return undefined;
  // The caller would wait for an answer that is lost: on a new connection it knows.
  parts.log.warn('answers of an array cannot be sent, the connection is closed', { connectionId, cause: failed.reason });
  await parts.sender.close(connectionId).catch((cause: unknown) => parts.log.error('connection cannot be closed', { connectionId, cause }));
  return undefined;
}

async function answer(received: Received, message: ReceivedMessage): Promise<string | undefined> {
  switch (message.kind) {
    case 'ping':
      return PONG;
    case 'pong':
      return undefined;
    case 'invalid':
      return errorFrame(message.id, { code: message.code, message: message.message }, sourceOf(received.event));
    case 'connectionParams':
      return guarded(received, { id: null }, 'connectionParams', () => setParams(received, message.frame.data ?? {}));
    case 'sync':
      return synchronized(received, message.frame);
    case 'part':
    case 'uploaded':
      return errorFrame(
        null,
        failure('BAD_REQUEST', `${message.frame.method} has no svc; send it with the service of its message`).error,
        sourceOf(received.event),
      );
    case 'upload':
      return guarded(received, message.frame, message.frame.method, () => place(received, message.frame));
    case 'stop':
      return guarded(received, message.frame, 'subscription.stop', () => stop(received, message.frame));
    case 'call':
      return guarded(received, message.frame, message.frame.params.path, () => call(received, message.frame));
    case 'auth':
      return guarded(received, message.frame, message.frame.method, () => auth(received, message.frame));
    default:
      return message satisfies never;
  }
}

/** An answer in time, whatever happens: nobody is left waiting. */
async function guarded(
  { parts, event, lambda }: Received,
  { id, dl }: { readonly id: RequestId | null; readonly dl?: number },
  path: string,
  task: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const { requestId } = event.requestContext;
  const frame = (outcome: Outcome) => (outcome.ok ? undefined : errorFrame(id, outcome.error, sourceOf(event)));
  const deadline = frameDeadline(parts.clock, lambda, dl);
  const safe = task().catch((cause: unknown) => frame(failureOf(cause, path, requestId, parts.log)));
  return deadline.race(safe, () => frame(failure('TIMEOUT', `${path} took longer than ${deadline.timeoutMs} ms`, { path, requestId })));
}

async function synchronized({ parts, event }: Received, { params }: SyncFrame): Promise<string> {
  const { connectionId, connectedAt } = event.requestContext;
  const [text] = await Promise.all([
    sync(parts.tokens ? parts : { ...parts, connections: undefined }, { connectionId, connectedAtMs: connectedAt, ...params }),
    parts.rooms?.renew(connectionId),
  ]);
  return text;
}

/** P3.27: where to put a message that is too large for the socket. */
async function place({ parts: { payloads } }: Received, { id, params }: UploadFrame): Promise<string> {
  if (!payloads) throw new GatewayError('NOT_IMPLEMENTED', '[NOT_IMPLEMENTED] large messages are not served here; send less');
  return outcomeFrame(id, { ok: true, data: await payloads.place(params) }, 'gw.upload');
}

async function setParams({ parts, event }: Received, params: Readonly<Record<string, string>>): Promise<undefined> {
  await takeParams(parts, event.requestContext.connectionId, params);
}

/** P5.9 */
async function auth({ parts, event }: Received, { id, params }: AuthFrame): Promise<string> {
  const expiresInMs = await authenticate(parts, event.requestContext.connectionId, params.token);
  return JSON.stringify({ id, result: { type: 'data', data: { expiresInMs } satisfies AuthAnswer } });
}

async function call(received: Received, frame: CallFrame): Promise<string | undefined> {
  const { id } = frame;
  const { path } = frame.params;
  const { service } = splitPath(path);
  if (!received.parts.services.has(service)) {
    const unknown = failure('NOT_FOUND', `no service ${JSON.stringify(service.slice(0, 60))}`, { path });
    return outcomeFrame(id, unknown, path, sourceOf(received.event));
  }
  return passOn(received, service, frame);
}

/** P3.10: only the service may wake the fan-out, which answers for a stock subscription that may be sending. */
async function stop(received: Received, { id, method }: StopFrame): Promise<string | undefined> {
  const { subscriptions } = received.parts;
  const stopped = await subscriptions.cancel(received.event.requestContext.connectionId, id);
  if (stopped?.key.shard !== undefined) await subscriptions.remove(stopped.key);
  if (!stopped || stopped.key.shard !== undefined) return stoppedFrame(id);
  return passOn(received, splitPath(stopped.path).service, { id, method });
}

async function passOn({ parts, event }: Received, service: string, frame: CallFrame | StopFrame): Promise<string | undefined> {
  const { body } = await parts.services.invoke(service, { ...event, body: JSON.stringify(frame) });
  return body;
}
