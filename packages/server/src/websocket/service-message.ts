/**
 * The socket face of a service: one MESSAGE event, one call, one frame back as the route response. A stock subscription that starts answers
 * nothing here: the fan-out is the only sender of its frames. One of our own client is answered at once (`follow.ts`). Never rejects, because API Gateway's own error frame answers no request
 * (PROTOCOL.md P3.12).
 */

import { GatewayError } from '@org/gateway-core/errors';
import {
  type CallFrame,
  PONG,
  type ReceivedMessage,
  type RequestId,
  readFrame,
  type StopFrame,
  splitPath,
} from '@org/gateway-core/protocol';
import { contextFactory } from '../execute/create-context.js';
import { execute, procedureOf } from '../execute/executor.js';
import type { FunctionParts } from '../execute/function-parts.js';
import { failure, failureOf, type Outcome } from '../execute/outcome.js';
import { userOfCall } from '../identity/caller.js';
import { socketIdentity } from '../identity/socket-caller.js';
import { fittingAnswer, type LargeMessages, openMessage } from '../large-messages/large-messages.js';
import { hasSubscriptions } from '../service/define-service.js';
import type { SubscriptionStore } from '../topics/subscription-store.js';
import type { TopicLog } from '../topics/topic-log.js';
import type { Clock } from './clock.js';
import type { ConnectionStore } from './connection-store.js';
import { type Deadline, frameDeadline } from './deadline.js';
import { follow } from './follow.js';
import { errorFrame, type FrameSource, outcomeFrame, outcomeText, sourceOf, stoppedFrame } from './frame-text.js';
import type { LambdaContext, SocketEvent, SocketResult } from './socket-event.js';
import { subscribe } from './subscribe.js';

/** What a service needs of the gateway's own resources. */
export interface ServiceRealtime {
  readonly connections: ConnectionStore;
  /** Used by services with subscriptions only. */
  readonly subscriptions: SubscriptionStore;
  /** Used by services with subscriptions only. */
  readonly topics: TopicLog;
  readonly clock: Clock;
  /** @default none: a message that fits in no frame is refused */
  readonly large?: LargeMessages | undefined;
}

/** Serves a frame of one of the service's procedures. */
export async function handleServiceMessage(
  parts: FunctionParts,
  realtime: ServiceRealtime,
  event: SocketEvent,
  lambda: LambdaContext,
): Promise<SocketResult> {
  const [message, ...others] = readFrame(event.body ?? '');
  const frame: Frame = { parts, realtime, event, lambda, source: sourceOf(event) };
  if (!message || others.length > 0)
    return reply(refusal(frame, null, 'an array of messages has no svc; send it without, or one message a frame'));
  return reply(await answer(frame, message));
}

interface Frame {
  readonly parts: FunctionParts;
  readonly realtime: ServiceRealtime;
  readonly event: SocketEvent;
  readonly lambda: LambdaContext;
  readonly source: FrameSource;
}

/** A frame that is not for a service, or not like this. */
function refusal({ source }: Frame, id: RequestId | null, message: string): string {
  return errorFrame(id, failure('BAD_REQUEST', message).error, source);
}

function reply(body: string | undefined): SocketResult {
  return body === undefined ? { statusCode: 200 } : { statusCode: 200, body };
}

async function answer(frame: Frame, message: ReceivedMessage): Promise<string | undefined> {
  switch (message.kind) {
    case 'ping':
      return PONG;
    case 'pong':
      return undefined;
    case 'invalid':
      return errorFrame(message.id, { code: message.code, message: message.message }, frame.source);
    case 'connectionParams':
      return refusal(frame, null, 'connectionParams has no svc; send it without');
    case 'sync':
    case 'upload':
    case 'auth':
      return refusal(frame, message.frame.id, `${message.frame.method} has the svc of a service; send it with "gw"`);
    case 'part':
    case 'uploaded':
      return guarded(frame, { id: null }, message.frame.method, () => unwrapped(frame, message));
    case 'stop':
      return guarded(frame, message.frame, 'subscription.stop', () => stop(frame, message.frame));
    case 'call':
      return guarded(frame, message.frame, message.frame.params.path, (deadline) => call(frame, message.frame, deadline));
    default:
      return message satisfies never;
  }
}

/** The answer to the message in it, none while parts of it are missing. P3.26, P3.27 */
async function unwrapped(
  frame: Frame,
  message: Extract<ReceivedMessage, { readonly kind: 'part' | 'uploaded' }>,
): Promise<string | undefined> {
  const { large } = frame.realtime;
  if (!large) throw new GatewayError('NOT_IMPLEMENTED', '[NOT_IMPLEMENTED] large messages are not served here; send less');
  const opened = await openMessage(large, frame.event.requestContext.connectionId, message);
  return opened && answer(frame, opened);
}

/** An answer in time, whatever happens. */
async function guarded(
  { parts, realtime, event, lambda, source }: Frame,
  { id, dl }: { readonly id: RequestId | null; readonly dl?: number },
  path: string,
  task: (deadline: Deadline) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { requestId } = event.requestContext;
  const deadline = frameDeadline(realtime.clock, lambda, dl);
  const failed = (outcome: Outcome) => (outcome.ok ? undefined : errorFrame(id, outcome.error, source));
  const safe = task(deadline).catch((cause: unknown) => failed(failureOf(cause, path, requestId, parts.log)));
  return deadline.race(safe, () => {
    parts.log.error('deadline passed', { path, requestId, timeoutMs: deadline.timeoutMs });
    return failed(failure('TIMEOUT', `${path} took longer than ${deadline.timeoutMs} ms`, { path, requestId }));
  });
}

async function call(frame: Frame, { id, method, params, k, gw }: CallFrame, deadline: Deadline): Promise<string | undefined> {
  const { parts, realtime, event, source } = frame;
  const { connectionId, requestId } = event.requestContext;
  const { service, procedure } = splitPath(params.path);
  const { name } = parts.implementation.declaration.service;
  if (service !== name) return outcomeFrame(id, notOurs(params.path, name, requestId), params.path, source);

  const { signal, endsAtMs } = deadline;
  const isPublic = procedureOf(parts.implementation, procedure)?.meta.auth === 'public';
  const { connections, clock } = realtime;
  const identity = await socketIdentity(event.requestContext, { connections, clock, isPublic, hasIdentity: parts.tokens !== undefined });
  const user = await userOfCall(parts.implementation.declaration, identity, { log: parts.log, requestId });
  const ctx = contextFactory(parts)({ connectionId, requestId, user, identity, signal, endsAtMs });
  const { replies } = parts;
  const once = k === undefined || !replies ? undefined : { key: k, replies, leaseMs: frame.lambda.getRemainingTimeInMillis() };
  const rate = parts.limiter && { limiter: parts.limiter, sourceIp: event.requestContext.identity?.sourceIp };
  const outcome = await execute(parts.implementation, { procedure, input: params.input, kind: method, once, rate }, ctx);
  if (!outcome.ok || method !== 'subscription') {
    // Only our own client can fetch what fits in no message.
    return gw !== undefined && realtime.large
      ? fittingAnswer(realtime.large, outcomeText(id, outcome, source))
      : outcomeFrame(id, outcome, params.path, source);
  }
  const lastEventId = params.lastEventId ?? firstPosition(params.input);
  const authUntilMs = isPublic ? undefined : identity?.expiresAtMs;
  const subscription = {
    connectionId,
    requestId: id,
    token: requestId,
    path: params.path,
    topicKey: outcome.data,
    lastEventId,
    authUntilMs,
    codecs: outcome.codecs,
  };
  return (gw === undefined ? subscribe : follow)(realtime, subscription, deadline);
}

/** Stock clients send the position to begin at inside the input, and the one to resume at beside it (P3.9). */
function firstPosition(input: unknown): string | undefined {
  const given = typeof input === 'object' && input !== null && Object.hasOwn(input, 'lastEventId') ? input : {};
  const { lastEventId } = given as { readonly lastEventId?: unknown };
  return typeof lastEventId === 'string' ? lastEventId : undefined;
}

function notOurs(path: string, name: string, requestId: string): Outcome {
  return failure('NOT_FOUND', `service ${name} has no procedure ${path}; svc and params.path disagree`, { path, requestId });
}

/**
 * P3.10: the fan-out answers for a stock subscription that may be sending; nothing is on its way of one that is unknown. Our own client
 * passes over what comes after `stopped`.
 */
async function stop({ parts, realtime, event }: Frame, { id }: StopFrame): Promise<string | undefined> {
  if (!hasSubscriptions(parts.implementation.declaration.service)) return stoppedFrame(id);
  const { subscriptions, topics } = realtime;
  const stopped = await subscriptions.cancel(event.requestContext.connectionId, id);
  if (!stopped) return stoppedFrame(id);
  if (stopped.key.shard !== undefined) {
    await subscriptions.remove(stopped.key);
    return stoppedFrame(id);
  }
  await topics.wake(stopped.key.topic, { kind: 'stop', key: stopped.key });
  return undefined;
}
