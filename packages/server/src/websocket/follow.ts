/**
 * Subscriptions of our own client: entered and answered at once, with the events it missed as far as one frame holds them. It asks for the
 * rest with `gw.sync`. PROTOCOL.md P3.16, P3.18, P3.25.
 *
 * Why no event lies between the replay and what is pushed (P3.16). The rows are stored first, and the head H is read consistently after
 * that. An event n > H was not in the log when H was read, so the fan-out can read it only later, and it reads the followers of a topic
 * after the events it sends them (`topics/push-events.ts`): it finds the rows. An event n <= H is in the answer, or can be asked for. So
 * each event after the position is in one of the two; one that is in both is dropped by the client, which knows it by its offset.
 */

import {
  type EventPosition,
  formatEventId,
  MAX_FRAME_BYTES,
  MAX_SUBSCRIPTIONS,
  type RequestId,
  type ResetReason,
} from '@org/gateway-core/protocol';
import { type MissedEvents, missedEvents } from '../topics/missed-events.js';
import type { SubscriptionKey } from '../topics/subscription-store.js';
import type { TopicHead } from '../topics/topic-log.js';
import type { Deadline } from './deadline.js';
import { MAX_MESSAGE_BYTES, stoppedFrame } from './frame-text.js';
import type { ServiceRealtime } from './service-message.js';
import { authOf, refusalsOf, type SubscribeRequest, topicOf } from './subscribe.js';

/** `started` with nothing in it but ids and a reset. */
const FRAME_BYTES = Buffer.byteLength('{"id":,"result":{"type":"started","id":"","gw":{"t":,"h":"","x":[],"reset":"trimmed"}}}') + 200;

/**
 * The frame to answer with; nothing when the deadline has passed.
 *
 * @throws GatewayError INTERNAL_SERVER_ERROR for a topic key that is none; SERVICE_UNAVAILABLE when a store is throttled. Nothing is
 * entered then.
 */
export async function follow(realtime: ServiceRealtime, request: SubscribeRequest, deadline: Deadline): Promise<string | undefined> {
  const { subscriptions } = realtime;
  const { connectionId, requestId, token, path } = request;
  const topic = topicOf(request);
  const refuse = refusalsOf(request);
  if (refuse.position) return refuse.position();
  if (deadline.isOver()) return undefined;
  const key = { topic, connectionId, requestId, token, shard: await subscriptions.shardFor(topic, connectionId) };
  const claimed = await subscriptions.claim({ key, path, ...authOf(request) });
  switch (claimed) {
    case 'taken':
      return refuse.taken();
    case 'stopped':
      return stoppedFrame(requestId);
    case 'cancelled':
      // By a stop, which was answered and whose client passes over this, or because the connection was said to be gone and is not.
      return refuse.ended();
    case 'claimed':
      return enter(realtime, { key, request }, deadline);
    default:
      return claimed satisfies never;
  }
}

/** Whoever is told a failure must not hear from this subscription again. */
async function enter(
  realtime: ServiceRealtime,
  { key, request }: { readonly key: SubscriptionKey; readonly request: SubscribeRequest },
  deadline: Deadline,
): Promise<string | undefined> {
  const { subscriptions, topics } = realtime;
  try {
    const [head, all] = await Promise.all([topics.head(key.topic), subscriptions.ofConnection(key.connectionId)]);
    const refuse = refusalsOf(request);
    const answer =
      all.length > MAX_SUBSCRIPTIONS ? undefined : await startedWith(realtime, key, { head, asked: refuse.asked, codecs: request.codecs });
    if (answer !== undefined && !deadline.isOver()) return answer;
    await subscriptions.remove(key);
    return deadline.isOver() ? undefined : refuse.tooMany();
  } catch (cause) {
    await subscriptions.remove(key);
    throw cause;
  }
}

async function startedWith(
  realtime: ServiceRealtime,
  { topic, requestId }: SubscriptionKey,
  {
    head,
    asked,
    codecs,
  }: { readonly head: TopicHead; readonly asked: EventPosition | undefined; readonly codecs: SubscribeRequest['codecs'] },
): Promise<string> {
  const from = asked ?? head;
  const about = codecs ? `,"c":${JSON.stringify(codecs)}` : '';
  const room = MAX_FRAME_BYTES - FRAME_BYTES - Buffer.byteLength(JSON.stringify([topic, requestId]) + about);
  const ask = (maxBytes: number) => missedEvents(realtime, { topic, from, head, maxBytes });
  let missed = await ask(room);
  if (missed.kind === 'events' && missed.items.length === 0 && missed.nextBytes !== undefined) {
    // It fits in no frame: one of its own, which must not take another event along.
    missed = await ask(Math.min(missed.nextBytes, room + MAX_MESSAGE_BYTES - MAX_FRAME_BYTES));
  }
  return startedText({ requestId, topic, from, head, missed, about });
}

interface Started {
  readonly requestId: RequestId;
  readonly topic: string;
  readonly from: EventPosition;
  readonly head: TopicHead;
  readonly missed: MissedEvents | { readonly kind: 'reset'; readonly reason: ResetReason };
  /** More of `gw`. */
  readonly about: string;
}

function startedText({ requestId, topic, from, head, missed, about }: Started): string {
  const isReset = missed.kind === 'reset';
  const newest = formatEventId({ epoch: head.epoch, offset: isReset ? head.offset : Math.max(head.offset, missed.at) });
  const position = isReset ? newest : formatEventId(from);
  const events = isReset ? '[]' : `[${missed.items.join(',')}]`;
  const reset = isReset ? `,"reset":"${missed.reason}"` : '';
  const gw = `{"t":${JSON.stringify(topic)},"h":"${newest}","x":${events}${reset}${about}}`;
  return `{"id":${JSON.stringify(requestId)},"result":{"type":"started","id":"${position}","gw":${gw}}}`;
}
