/**
 * A wake that starts a subscription: `started`, then every event after the position it was asked for, then the subscription is active and
 * the pump goes on from there. A position that cannot be served ends it before anything is sent: never a partial replay. PROTOCOL.md P3.7
 * to P3.9. Why nothing is lost between replay and pump: `fanout.ts`.
 */

import { eventFrame, startedFrame } from '../websocket/frame-text.js';
import { SIGN_IN_OVER } from './delivery.js';
import { runAfter } from './event-run.js';
import type { FanoutWork } from './fanout.js';
import { isSignInOver, type Subscriber } from './subscription-store.js';
import type { TopicEvent } from './topic-log.js';
import type { StartWake } from './wake.js';

/** Events that one wake replays; a longer replay goes on with the next wake, so that it does not hold up the other topics' events. */
const MAX_REPLAY = 500;
const PAGE = 100;

/** Works off one start. Rejects only when a store fails; doing it again sends the same frames again at worst. */
export async function startSubscription(work: FanoutWork, wake: StartWake): Promise<void> {
  const { topics, subscriptions, delivery, clock } = work;
  const subscriber = await subscriptions.get(wake.key);
  if (!subscriber || subscriber.active) return;
  if (isSignInOver(subscriber, clock.now())) return delivery.fail(subscriber, 'UNAUTHORIZED', SIGN_IN_OVER);
  const replayed = await replay(work, subscriber, wake);
  if (!replayed) return;
  const { epoch, at, isDone } = replayed;
  if (isDone) await subscriptions.activate(wake.key, { epoch, sent: at });
  else await topics.wake(wake.key.topic, { ...wake, from: { epoch, offset: at }, resumed: true });
}

interface Replayed {
  readonly epoch: string;
  /** Offset of the last event sent, or that the subscriber has anyway. */
  readonly at: number;
  /** Up to the newest event. */
  readonly isDone: boolean;
}

/** Undefined: the subscription has ended. */
async function replay({ topics, delivery, clock }: FanoutWork, subscriber: Subscriber, wake: StartWake): Promise<Replayed | undefined> {
  const { topic } = wake.key;
  const { epoch, offset: head } = await topics.head(topic);
  const refuse = async (why: string): Promise<undefined> => {
    await delivery.fail(subscriber, 'PRECONDITION_FAILED', `${why}; load the state again and subscribe without lastEventId`);
  };
  if (wake.from.epoch !== epoch) return refuse(`the events of epoch ${wake.from.epoch} are lost, this is ${epoch}`);
  if (wake.from.offset > head) return refuse(`there is no event ${wake.from.offset}, the newest is ${head}`);

  let at = wake.from.offset;
  let pending = wake.resumed ? [] : [startedFrame(wake.key.requestId, wake.from)];
  const end = at + MAX_REPLAY;
  while (at < head && at < end) {
    const { events } = runAfter(await topics.read(topic, at, PAGE), { epoch, offset: at });
    const [first] = events;
    // Expiry goes by offset: when the oldest event asked for is to be kept, so are all after it, and no later page has a hole.
    if (!first || first.expiresAtMs <= clock.now()) return refuse(`events after ${at} are no longer kept`);
    if (!(await delivery.send(subscriber, framesOf(subscriber, pending, events)))) return undefined;
    pending = [];
    at += events.length;
  }
  if (!(await delivery.send(subscriber, pending))) return undefined;
  return { epoch, at, isDone: at >= head };
}

function* framesOf({ key }: Subscriber, first: readonly string[], events: readonly TopicEvent[]): Iterable<string> {
  yield* first;
  for (const event of events) yield eventFrame(key.requestId, event, event.data);
}
