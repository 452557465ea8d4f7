/**
 * The fan-out: the one sender of subscriptions' frames, driven by the topics table's stream.
 *
 * What it relies on: records of one topic are worked off by one invocation at a time. Lambda gives that for a stream with parallelization
 * factor 1, because a topic is one partition key and so in one shard ("Using AWS Lambda with DynamoDB", processing in order). It relies on
 * neither the order nor the number of records: a record only says "look at this topic".
 *
 * Why a subscriber gets every event after its start, in order (P3.8, P3.9). Let D be the topic's `delivered`, H its newest offset, and for
 * an active subscriber S its own `sent` and F where it asked to start.
 *
 *   Claim: between two pieces of work, an active subscriber has been sent every offset in (F, max(S, D)], ascending.
 *   - start: reads H, sends (F, H'] with H' >= H, then stores S = H'. D <= H, because only what is in the log is delivered, so
 *     max(S, D) = S. Until S is stored the pump passes the subscriber over; and it cannot run in between, being the same sender.
 *   - pump: sends D + 1 … D' to everyone, except offsets up to S to those who have them from their replay, then moves D to D'.
 *   - a new event changes none of F, S, D.
 *   Every event n > F is sent: its record sets off a pump with target n, which ends with D >= n or fails and is tried again; a record that
 *   the stream gave up on is made up for by the next one, because the pump starts at D and not at its record.
 *
 *   Repetition: a start that fails before S is stored is done again from F (the wake carries the position, so "no lastEventId" does not
 *   move), and a pump that fails before D moved sends D + 1 … again. Both repeat a run from its beginning, in order: duplicates, never a
 *   hole and never n before an unsent n - 1. A batch is tried again from its first failed record; starts that are done find S stored,
 *   stops that are done find no mark, pumps that are done find D moved.
 *   A start and events of one batch: starts and stops go first. That is sound because none of them reads the batch's records.
 *   Stop: `stopped` is sent here, so nothing is in flight. A start after its stop finds no row by topic: `claim` has taken it back, or
 *   the stop removed it.
 *   Failure of one send: later frames of that subscription are not sent (`delivery.ts`), so what arrived is a prefix, from whose last
 *   event the client resumes.
 *   The log loses events (expired before they were delivered, or a new epoch): the subscription ends with PRECONDITION_FAILED.
 *
 * A failing connection never fails the batch. A failing store does, for the records of that topic.
 *
 * Subscriptions of our own client take no part in this: their followers' rows are active at once, and their frames (`push.ts`) may be lost,
 * come twice or out of order. Pushing is never a reason to do anything again.
 */

import type { Logger } from '../telemetry/logger.js';
import type { Clock } from '../websocket/clock.js';
import type { ConnectionSender } from '../websocket/sender.js';
import { createDelivery, type Delivery } from './delivery.js';
import { createLanes, type Lanes } from './parallel.js';
import { pump } from './pump.js';
import { createPush, type Push, type PushOptions } from './push.js';
import { startSubscription } from './start-subscription.js';
import { stopSubscription } from './stop-subscription.js';
import type { SubscriptionStore } from './subscription-store.js';
import type { TopicLog } from './topic-log.js';
import type { TopicRecord } from './topic-record.js';
import type { Wake } from './wake.js';

export interface FanoutParts extends PushOptions {
  readonly log: Logger;
  readonly topics: TopicLog;
  readonly subscriptions: SubscriptionStore;
  readonly sender: ConnectionSender;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Connections sent to at the same time. @default 64 */
  readonly parallelSends?: number;
}

/** What pieces of work share. */
export interface FanoutWork {
  readonly topics: TopicLog;
  readonly subscriptions: SubscriptionStore;
  readonly delivery: Delivery;
  readonly push: Push;
  readonly lanes: Lanes;
  readonly clock: Clock;
}

/** A record under the number that Lambda wants back when it failed. */
export interface NumberedRecord {
  readonly sequenceNumber: string;
  readonly record: TopicRecord;
}

/** One keep-alive connection each; a post takes some 30 ms, so 64 are 2,000 a second. */
const PARALLEL_SENDS = 64;

/** Works off a batch; resolves with the sequence numbers of the records to try again, and never rejects. */
export function createFanout(parts: FanoutParts): (records: readonly NumberedRecord[]) => Promise<readonly string[]> {
  const { topics, subscriptions, clock, log } = parts;
  const lanes = createLanes(parts.parallelSends ?? PARALLEL_SENDS);
  const work: FanoutWork = {
    topics,
    subscriptions,
    clock,
    delivery: createDelivery(parts),
    push: createPush({ ...parts, lanes }),
    lanes,
  };

  const topic = async (name: string, records: readonly NumberedRecord[]): Promise<readonly string[]> => {
    const failed: string[] = [];
    const attempt = async (sequenceNumber: string, task: Promise<void>) => {
      await task.catch((cause: unknown) => {
        failed.push(sequenceNumber);
        log.error('a topic cannot be delivered now and is tried again', { topic: name, cause });
      });
    };
    await Promise.all(
      records.map(async ({ sequenceNumber, record }) => {
        if (record.kind !== 'wake') return;
        await attempt(
          sequenceNumber,
          work.lanes.run(record.wake.key.connectionId, () => workOff(work, record.wake)),
        );
      }),
    );
    const events = records.flatMap(({ sequenceNumber, record }) => (record.kind === 'event' ? [{ sequenceNumber, ...record }] : []));
    const [first] = events;
    if (first) await attempt(first.sequenceNumber, pump(work, name, Math.max(...events.map(({ offset }) => offset))));
    return failed;
  };

  return async (records) => {
    const byTopic = new Map<string, NumberedRecord[]>();
    for (const numbered of records) {
      const known = byTopic.get(numbered.record.topic);
      if (known) known.push(numbered);
      else byTopic.set(numbered.record.topic, [numbered]);
    }
    return (await Promise.all([...byTopic].map(([name, own]) => topic(name, own)))).flat();
  };
}

function workOff(work: FanoutWork, wake: Wake): Promise<void> {
  switch (wake.kind) {
    case 'start':
      return startSubscription(work, wake);
    case 'stop':
      return stopSubscription(work, wake);
    case 'close':
      return work.delivery.close(wake);
    default:
      return wake satisfies never;
  }
}
