/**
 * Enters a subscription and asks the fan-out to start it. Nothing is sent from here but refusals: `started` and all events come from one
 * sender. The position goes with the request, so that however often the start is repeated it begins at the same event. PROTOCOL.md P3.5,
 * P3.9 and P3.10; why the order of writes is enough: `topics/subscription-store.ts`.
 */

import { formatEventId, parseEventId, type RequestId, splitPath } from '@org/gateway-core/protocol';
import { failure } from '../execute/outcome.js';
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
}

/**
 * The frame to answer with, or nothing when the fan-out answers.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for a topic key that is none; SERVICE_UNAVAILABLE when a store is throttled.
 */
export async function subscribe(
  { subscriptions, topics }: Stores,
  { connectionId, requestId, token, path, topicKey, lastEventId }: SubscribeRequest,
  deadline: Deadline,
): Promise<string | undefined> {
  const { service, procedure } = splitPath(path);
  const key = { topic: topicName(service, procedure, topicKey as string), connectionId, requestId, token };
  const refuse = (code: 'BAD_REQUEST' | 'PRECONDITION_FAILED', message: string) =>
    outcomeFrame(requestId, failure(code, message, { path, requestId: token }), path);

  const asked = lastEventId === undefined ? undefined : parseEventId(lastEventId);
  if (lastEventId !== undefined && !asked) {
    const got = JSON.stringify(lastEventId.slice(0, 60));
    return refuse('PRECONDITION_FAILED', `${path}: lastEventId ${got} is no event id, expected EPOCH.OFFSET; subscribe without it`);
  }
  const { epoch, offset } = await topics.head(key.topic);
  const from = asked ?? { epoch, offset };
  // The fan-out looks again. Here it makes sure that a position ahead of the log is not refused first and reached later.
  if (from.epoch !== epoch || from.offset > offset) {
    const newest = formatEventId({ epoch, offset });
    return refuse(
      'PRECONDITION_FAILED',
      `${path}: there is no event ${lastEventId}, the newest is ${newest}; subscribe without lastEventId`,
    );
  }
  if (deadline.isOver()) return undefined;
  const claimed = await subscriptions.claim({ key, path });
  switch (claimed) {
    case 'taken':
      return refuse('BAD_REQUEST', `${path}: the id ${JSON.stringify(requestId)} has a subscription already; choose another`);
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
