/**
 * Enters a subscription and asks the fan-out to start it. Nothing is sent from here but refusals: `started` and all events come from one
 * sender. The position goes with the request, so that however often the start is repeated it begins at the same event. PROTOCOL.md P3.5,
 * P3.9 and P3.10; why the order of writes is enough: `topics/subscription-store.ts`.
 */

import {
  type EventPosition,
  formatEventId,
  MAX_SUBSCRIPTIONS,
  parseEventId,
  type RequestId,
  splitPath,
  type WirePath,
} from '@org/gateway-core/protocol';
import { failure } from '../execute/outcome.js';
import { traceOfInvocation } from '../telemetry/env.js';
import type { Subscription } from '../topics/subscription-store.js';
import { topicName } from '../topics/topic-name.js';
import type { StartWake } from '../topics/wake.js';
import type { Deadline } from './deadline.js';
import { outcomeFrame, stoppedFrame } from './frame-text.js';
import type { ServiceRealtime } from './service-message.js';

type Stores = Pick<ServiceRealtime, 'subscriptions' | 'topics'>;

export interface SubscribeRequest {
  readonly connectionId: string;
  readonly requestId: RequestId;
  /** Unique per frame. */
  readonly token: string;
  /** `service.subscription` */
  readonly path: string;
  /** What the handler returned; checked here. */
  readonly topicKey: unknown;
  readonly lastEventId: string | undefined;
  /** End of the caller's sign-in, where the subscription needs one. */
  readonly authUntilMs?: number | undefined;
  /** Where texts of its events stand for something else (P2.16). */
  readonly codecs?: readonly WirePath[] | undefined;
}

/**
 * The frame to answer with, or nothing when the fan-out answers.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for a topic key that is none; SERVICE_UNAVAILABLE when a store is throttled.
 */
export async function subscribe(
  { subscriptions, topics }: Stores,
  request: SubscribeRequest,
  deadline: Deadline,
): Promise<string | undefined> {
  const { connectionId, requestId, token, path } = request;
  const key = { topic: topicOf(request), connectionId, requestId, token };
  const refuse = refusalsOf(request);
  if (refuse.position) return refuse.position();
  const [{ epoch, offset }, others] = await Promise.all([topics.head(key.topic), subscriptions.ofConnection(connectionId)]);
  if (others.length >= MAX_SUBSCRIPTIONS) return refuse.tooMany();
  const from = refuse.asked ?? { epoch, offset };
  // The fan-out looks again. Here it makes sure that a position ahead of the log is not refused first and reached later.
  if (from.epoch !== epoch || from.offset > offset) return refuse.unknown({ epoch, offset });
  if (deadline.isOver()) return undefined;
  const claimed = await subscriptions.claim({ key, path, ...authOf(request) });
  switch (claimed) {
    case 'taken':
      return refuse.taken();
    case 'stopped':
      return stoppedFrame(requestId);
    case 'cancelled':
      return undefined;
    case 'claimed':
      await start({ subscriptions, topics }, { kind: 'start', key, from, resumed: false }, deadline);
      return undefined;
    default:
      return claimed satisfies never;
  }
}

/** What a subscription's rows say of the caller's sign-in. */
export function authOf({ authUntilMs }: SubscribeRequest): Pick<Subscription, 'authUntilMs'> {
  return authUntilMs === undefined ? {} : { authUntilMs };
}

/**
 * The topic of a subscription.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for a topic key that is none.
 */
export function topicOf({ path, topicKey }: SubscribeRequest): string {
  const { service, procedure } = splitPath(path);
  return topicName(service, procedure, topicKey as string);
}

/** The position a subscription asks for, and the frames that refuse it. */
export interface Refusals {
  readonly asked: EventPosition | undefined;
  /** Set when `lastEventId` is no event id. */
  readonly position: (() => string) | undefined;
  unknown(newest: EventPosition): string;
  taken(): string;
  tooMany(): string;
  ended(): string;
}

/** For both kinds of subscriptions. */
export function refusalsOf({ requestId, token, path, lastEventId }: SubscribeRequest): Refusals {
  const refuse = (code: 'BAD_REQUEST' | 'PRECONDITION_FAILED' | 'TOO_MANY_REQUESTS' | 'SERVICE_UNAVAILABLE', message: string) =>
    outcomeFrame(requestId, failure(code, `${path}: ${message}`, { path, requestId: token, traceId: traceOfInvocation() }), path);
  const asked = lastEventId === undefined ? undefined : parseEventId(lastEventId);
  const got = JSON.stringify(lastEventId?.slice(0, 60));
  return {
    asked,
    position:
      lastEventId === undefined || asked
        ? undefined
        : () => refuse('PRECONDITION_FAILED', `lastEventId ${got} is no event id, expected EPOCH.OFFSET; subscribe without it`),
    unknown: (newest) =>
      refuse(
        'PRECONDITION_FAILED',
        `there is no event ${lastEventId}, the newest is ${formatEventId(newest)}; subscribe without lastEventId`,
      ),
    taken: () => refuse('BAD_REQUEST', `the id ${JSON.stringify(requestId)} has a subscription already; choose another`),
    ended: () => refuse('SERVICE_UNAVAILABLE', 'the subscription was ended while it was entered; subscribe again'),
    tooMany: () =>
      refuse(
        'TOO_MANY_REQUESTS',
        `the connection has ${MAX_SUBSCRIPTIONS} subscriptions, the most there may be; stop one, or open another`,
      ),
  };
}

/** Whoever was told a failure must not hear from this subscription again, even if the wake was stored and only its answer got lost. */
async function start({ subscriptions, topics }: Stores, wake: StartWake, deadline: Deadline): Promise<void> {
  try {
    if (!deadline.isOver()) await topics.wake(wake.key.topic, wake);
  } catch (cause) {
    await subscriptions.remove(wake.key);
    throw cause;
  }
  if (deadline.isOver()) await subscriptions.remove(wake.key);
}
