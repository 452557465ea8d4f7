/**
 * One subscription: a cursor that survives connections, and a queue between the wire and the loop that reads it. It hands on every event
 * of its topic once and in order: what it has is dropped, what comes too early is kept for a moment, and what is missing is asked for.
 * PROTOCOL.md sections 3.3, 3.4 and 3.6.
 *
 * A server without `gw` sends events under the subscription's id; then a hole is asked for by opening it again. Ids of another epoch, or
 * not of this protocol, are handed on as they come there.
 *
 * While the client moves to another connection it is on both, until it has started on the new one.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import type { GatewayStart } from '@org/gateway-core/protocol';
import { answerFailure } from '../answer-failure.js';
import type { SubscriptionState, TrackedEvent } from '../client-types.js';
import { alarmOf, systemClock } from '../clock.js';
import { encodeValue } from '../encode-value.js';
import { failure } from '../failure.js';
import type { HttpOptions, SubscribeOptions } from '../options.js';
import { bytesBeyond } from './bytes-beyond.js';
import type { SocketConnection, SocketRequest } from './connection.js';
import { type Entry, eventQueue } from './event-queue.js';
import { GAP_MS, MAX_INPUT_BYTES, MAX_QUEUED_EVENTS } from './limits.js';
import type { Answer, FeedSeat, Link } from './link.js';
import { parseId, placeAt } from './place.js';

/** An iterator whose `return` may be called while `next` is pending, which then ends. */
export interface Feed extends Required<Pick<AsyncIterator<unknown, void, void>, 'next' | 'return'>> {
  state(): SubscriptionState;
  stalenessMs(): number;
}

/** What a caller passes to `subscribe`. */
export type SubscribeArguments = readonly [input?: unknown, options?: SubscribeOptions];

/**
 * Opens a feed; `tracked` yields events with their ids.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE
 * @throws TypeError for an input JSON cannot carry
 */
export type FeedOpener = (path: string, tracked: boolean, own: SubscribeArguments) => Feed;

/** Opens feeds over a connection. */
export function feedsOf(
  { clock = systemClock, fetch, timeoutMs: defaultMs = 30_000 }: HttpOptions,
  connection: SocketConnection,
): FeedOpener {
  return (path, tracked, [input, options = {}]) => {
    const { signal, lastEventId, timeoutMs = defaultMs, maxQueuedEvents = MAX_QUEUED_EVENTS, onReset } = options;
    const json = JSON.stringify(input, encodeValue);
    const bytes = bytesBeyond(MAX_INPUT_BYTES, json ?? '');
    if (bytes) throw failure('PAYLOAD_TOO_LARGE', path, `input has ${bytes} bytes, expected at most ${MAX_INPUT_BYTES} over the socket`);
    /** How to leave each link it is on. */
    const leaves = new Map<Link, (stop?: boolean) => void>();
    /** The links among them on which it has started. */
    const here = new Set<Link>();
    let topic: string | undefined;
    /** The queue was full: nothing is taken or asked for until the loop has emptied it. */
    let isPaused = false;
    let isStarted = false;
    let isStock = false;
    let isEnded = false;
    let wasBehind = true;
    let freshAt = clock.now();

    const isBehind = () => !here.size || place.isBehind();
    /** After every change: tells the connection when it falls behind or has caught up. */
    const settle = () => {
      const behind = isBehind();
      if (!behind) freshAt = clock.now();
      if (behind === wasBehind) return;
      wasBehind = behind;
      connection.changed();
      options.onState?.();
    };
    /** Leaves the links it was on before this one. */
    const leaveBefore = (link?: Link) => {
      for (const [other, leave] of leaves) {
        if (other === link) break;
        leave(true);
      }
    };
    const entries: Entry[] = [];
    let codecs: GatewayStart['c'];
    const queue = eventQueue(entries, {
      tracked,
      onReset: (notice) => onReset?.(notice),
      fetch: (reference) =>
        import('../fetch-reference.js')
          .then(({ fetchReference }) => fetchReference(reference, fetch))
          .then(JSON.parse, (cause) => {
            throw failure('NETWORK_ERROR', path, 'cannot fetch a large event: subscribe again after the one before', { cause });
          }),
      codecs: () => codecs,
      onEmpty() {
        if (!isPaused) return;
        isPaused = false;
        connection.add(request);
        for (const link of leaves.keys()) link.want(0);
      },
      onDone: () => close(),
    });
    const place = placeAt(lastEventId, (id, data) => {
      isPaused ||= entries.length >= maxQueuedEvents;
      if (isPaused) {
        place.doubt();
        if (isStock) leaveBefore();
      } else queue.push({ id, data });
      return !isPaused;
    });
    const end = (error?: GatewayError) => {
      isEnded = true;
      leaveBefore();
      signal?.removeEventListener('abort', close);
      connection.remove(request);
      queue.end(error);
    };
    const close = () => {
      entries.length = 0;
      end();
    };
    /** What the server says of a place: events after it, or that it cannot serve them. */
    const learn = (asked: string | undefined, head: unknown, events: unknown, reason?: string) => {
      place.doubt(reason !== undefined && asked !== place.position);
      if (!reason) place.hear(head, events);
      else if (asked === place.position) {
        place.jump(`${head}`);
        if (onReset) queue.push({ reason, position: `${head}` });
        else end(failure('PRECONDITION_FAILED', path, `missed events for good (${reason}): load anew, or pass onReset`));
      }
    };
    /** An event of a server without `gw`. */
    const takeStock = (id: string, data: unknown) => {
      const [epoch, offset] = parseId(id);
      const [ownEpoch, last] = parseId(place.position);
      if (epoch === ownEpoch && offset >= 0 && last >= 0) place.hear(id, [[offset, data]]);
      else if (id !== place.position) {
        place.jump(id);
        queue.push({ id, data });
      }
    };
    const request: SocketRequest = {
      end,
      abort: close,
      isBehind,
      start(link) {
        if (isEnded || leaves.has(link) || (isStock && isPaused)) return;
        const deadline = alarmOf(clock);
        const asked = place.position;
        const reopen = () => {
          leave(true);
          connection.add(request);
        };
        const feed: FeedSeat = {
          position: () => (here.has(link) ? (place.position ?? '') : undefined),
          wants: () => !isPaused && place.isBehind(),
          push(of, epoch, events) {
            // Before its topic is known, its own may be among those that come.
            if (!topic) place.doubt();
            if (of !== topic) return;
            place.hear(`${epoch}.0`, events);
            settle();
            if (feed.wants()) link.want(GAP_MS);
          },
          sync(at, head, events, reason) {
            if (head === null) return reopen();
            if (head) learn(at, head, events, reason);
            else place.doubt(false);
            settle();
          },
          reopen,
        };
        const receive = ({ error, result }: Answer, lost?: string) => {
          const { type, id, data, gw } = result ?? {};
          if (lost) leave();
          if (isEnded || lost) return settle();
          if (type === 'started') {
            const isUnsure = !topic && place.isBehind();
            deadline();
            here.add(link);
            isStarted = true;
            // Its place until the first event: what happens while a connection is lost is replayed even then.
            place.position ??= id;
            if (gw) {
              topic = gw.t;
              codecs = gw.c;
              learn(asked, gw.h, gw.x, gw.reset);
              if (isUnsure) place.doubt();
            } else {
              isStock = true;
              link.stock();
            }
            leaveBefore(link);
            if (gw && feed.wants()) link.want(0);
            options.onStarted?.();
          } else if (type === 'data') {
            const event = data as Partial<TrackedEvent<unknown>> | undefined;
            const eventId = id ?? event?.id;
            if (!eventId) return end(answerFailure(path, error, { got: 'no event id' }));
            takeStock(eventId, event?.data);
            if (feed.wants()) link.want(GAP_MS);
          } else {
            leave();
            end(type === 'stopped' ? undefined : answerFailure(path, error, { got: 'no result' }));
          }
          settle();
        };
        const opening = { kind: 'subscription', path, json, lastEventId: asked } as const;
        const leaveLink = link.request(opening, { feed, receive });
        const leave = (stop?: boolean) => {
          deadline();
          leaves.delete(link);
          here.delete(link);
          leaveLink(stop);
        };
        leaves.set(link, leave);
        deadline(timeoutMs, reopen);
      },
    };

    signal?.addEventListener('abort', close);
    if (signal?.aborted) close();
    else connection.add(request);
    return {
      state: () => (isStarted ? (isBehind() ? 'recovering' : 'live') : 'connecting'),
      stalenessMs: () => clock.now() - freshAt,
      next: () => queue.events.next(),
      return() {
        close();
        return queue.events.return();
      },
    };
  };
}
