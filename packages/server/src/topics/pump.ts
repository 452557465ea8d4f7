/**
 * Sends a topic's new events to its active subscribers, pushes them to its followers, and moves the topic's `delivered` after each page. Events come from the log, not
 * from the stream's records, so it does not matter in which order, or how often, records arrive. Its place in the whole: `fanout.ts`.
 */

import { eventFrame } from '../websocket/frame-text.js';
import { type EndCode, SIGN_IN_OVER } from './delivery.js';
import { runAfter } from './event-run.js';
import type { FanoutWork } from './fanout.js';
import { isSignInOver, type Subscriber } from './subscription-store.js';
import type { TopicEvent } from './topic-log.js';

const PAGE = 100;

/** The stream gives a record up after a quarter of an hour: a start that is older will not come any more. */
const START_WITHIN_MS = 20 * 60_000;

type ActiveSubscriber = Subscriber & Required<Pick<Subscriber, 'active'>>;

/** Delivers up to `target` at least: the newest event that a record told of. Rejects only when a store fails. */
export async function pump(work: FanoutWork, topic: string, target: number): Promise<void> {
  const { topics } = work;
  const { epoch, delivered } = await topics.head(topic);
  if (delivered >= target) return;
  let subscribers = await activeSubscribers(work, topic, epoch);
  let at = delivered;
  while (at < target) {
    const run = runAfter(await topics.read(topic, at, PAGE), { epoch, offset: at });
    if (run.events.length > 0) {
      const delivering = deliver(work, subscribers, run.events);
      const pushing = work.push(topic, epoch, run.events);
      subscribers = await delivering.finally(() => pushing);
      at += run.events.length;
    } else {
      // An event right behind that is of another epoch (its publisher had not learned of this one) is passed over.
      at = run.next === undefined ? target : Math.max(run.next - 1, at + 1);
      subscribers = await endBehind(work, subscribers, at);
    }
    await topics.advance(topic, { epoch, offset: at });
  }
}

/** Subscribers that follow this epoch; those of another are told. */
async function activeSubscribers(work: FanoutWork, topic: string, epoch: string): Promise<readonly ActiveSubscriber[]> {
  const active: ActiveSubscriber[] = [];
  for await (const page of work.subscriptions.subscribers(topic)) {
    active.push(...page.filter(isActive));
    await closeNeverStarted(work, page);
  }
  const others = active.filter((subscriber) => subscriber.active.epoch !== epoch);
  await end(work, others, 'the log was lost and begun again; load the state again');
  const here = active.filter((subscriber) => subscriber.active.epoch === epoch);
  const nowMs = work.clock.now();
  await end(
    work,
    here.filter((subscriber) => isSignInOver(subscriber, nowMs)),
    SIGN_IN_OVER,
    'UNAUTHORIZED',
  );
  return here.filter((subscriber) => !isSignInOver(subscriber, nowMs));
}

/** Their starts were given up, and they would miss events without knowing: the client of a closed connection subscribes again. */
async function closeNeverStarted({ delivery, lanes, clock }: FanoutWork, page: readonly Subscriber[]): Promise<void> {
  const overdue = page.filter(
    ({ active, claimedAtMs }) => !active && claimedAtMs !== undefined && claimedAtMs + START_WITHIN_MS < clock.now(),
  );
  await settled(overdue.map(({ key }) => lanes.run(key.connectionId, () => delivery.close({ kind: 'close', key, attempt: 0 }))));
}

/** Resolves with the subscribers that remain. */
async function deliver(
  { delivery, lanes }: FanoutWork,
  subscribers: readonly ActiveSubscriber[],
  events: readonly TopicEvent[],
): Promise<readonly ActiveSubscriber[]> {
  const frames = function* ({ key, active }: ActiveSubscriber): Iterable<string> {
    for (const event of events) if (event.offset > active.sent) yield eventFrame(key.requestId, event, event.data);
  };
  const remains = await settled(
    subscribers.map((subscriber) => lanes.run(subscriber.key.connectionId, () => delivery.send(subscriber, frames(subscriber)))),
  );
  return subscribers.filter((_, at) => remains[at]);
}

/** Events up to `offset` expired before they were delivered: who has not got them otherwise is told, never left with a hole. */
async function endBehind(work: FanoutWork, subscribers: readonly ActiveSubscriber[], offset: number): Promise<readonly ActiveSubscriber[]> {
  const behind = subscribers.filter(({ active }) => active.sent < offset);
  await end(work, behind, `events up to ${offset} expired before they could be sent; load the state again`);
  return subscribers.filter(({ active }) => active.sent >= offset);
}

async function end(
  { delivery, lanes }: FanoutWork,
  subscribers: readonly ActiveSubscriber[],
  why: string,
  code: EndCode = 'PRECONDITION_FAILED',
): Promise<void> {
  await settled(subscribers.map((subscriber) => lanes.run(subscriber.key.connectionId, () => delivery.fail(subscriber, code, why))));
}

function isActive(subscriber: Subscriber): subscriber is ActiveSubscriber {
  return subscriber.active !== undefined;
}

/** Waits for all, then fails with the first failure: no send may still run when the record is tried again. */
async function settled<TResult>(promises: readonly Promise<TResult>[]): Promise<readonly TResult[]> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(promises);
}
