/**
 * What a subscription hands to the loop that reads it: events in order, from a place that survives connections. It stops taking them when
 * the loop is slow, and goes on when it has caught up. PROTOCOL.md P3.9, P3.13, P3.17 and P3.18.
 *
 * Events of a server without `gw` whose ids are of another epoch, or not of this protocol, are handed on as they come.
 */

import type { GatewayError } from '@org/gateway-core/errors';
import type { GatewayStart, OffsetEvent } from '@org/gateway-core/protocol';
import type { SubscribeOptions } from '../options.js';
import { type Entry, eventQueue } from './event-queue.js';
import { MAX_QUEUED_EVENTS } from './limits.js';
import { type Place, parseId, placeAt } from './place.js';
import type { SocketParts } from './socket-engine.js';

/** Whose reading it is. */
export interface ReadingOwner extends Pick<SocketParts, 'failure' | 'meaningOf'> {
  readonly path: string;
  readonly tracked: boolean;
  readonly options: SubscribeOptions;
  /** Nothing is taken until the loop has caught up, and a server without `gw` is not to send any; then it goes on. */
  onFull(): void;
  onGoOn(): void;
  /** Nothing is read any more. */
  onDone(): void;
  /** It cannot go on. */
  onLost(error: GatewayError): void;
}

/** Place and queue of one subscription. */
export interface Reading {
  readonly place: Place;
  readonly events: AsyncGenerator<unknown, void>;
  /** Whether it has begun. */
  hasBegun(): boolean;
  /** A server without `gw` is not to be opened before the loop has caught up. */
  isHeld(): boolean;
  /** Whether events are missing that it could take. */
  wants(): boolean;
  /** The server has started it at an id, after it was asked to at a place. */
  begin(asked: string | undefined, id: string | undefined, gw: GatewayStart | undefined): void;
  /** Events of a topic were pushed; whether it is its own. */
  push(topic: string, epoch: string, events: readonly OffsetEvent[]): boolean;
  /** What the server says of a place: events after it, or that it cannot serve them. */
  learn(asked: string | undefined, head: unknown, events: unknown, reason?: string): void;
  /** An event of a server without `gw`. */
  take(id: string, data: unknown): void;
  /** No more events come; those that wait are still read. */
  end(error?: GatewayError): void;
  /** Forgets those that wait. */
  drop(): void;
}

/** Begins after `lastEventId`. */
export function readingOf({ path, tracked, options, failure, meaningOf, onFull, onGoOn, onDone, onLost }: ReadingOwner): Reading {
  const { lastEventId, maxQueuedEvents = MAX_QUEUED_EVENTS, onReset } = options;
  let topic: string | undefined;
  let codecs: GatewayStart['c'];
  let isStock = false;
  let hasBegun = false;
  let isFull = false;
  const entries: Entry[] = [];
  const queue = eventQueue(entries, {
    tracked,
    onReset: (notice) => onReset?.(notice),
    meaning: (data) => {
      const ref = (data as { readonly '$gw.ref'?: unknown } | null)?.['$gw.ref'];
      return ref || codecs ? meaningOf(path, { ref, codecs, data }) : data;
    },
    onEmpty() {
      if (!isFull) return;
      isFull = false;
      onGoOn();
    },
    onDone,
  });
  const place = placeAt(lastEventId, (id, data) => {
    isFull ||= entries.length >= maxQueuedEvents;
    if (isFull) {
      place.doubt();
      if (isStock) onFull();
    } else queue.push({ id, data });
    return !isFull;
  });
  const learn = (asked: string | undefined, head: unknown, events: unknown, reason?: string) => {
    place.doubt(reason !== undefined && asked !== place.position);
    if (!reason) place.hear(head, events);
    else if (asked === place.position) {
      place.jump(`${head}`);
      if (onReset) queue.push({ reason, position: `${head}` });
      else onLost(failure('PRECONDITION_FAILED', path, `missed events for good (${reason}): load anew, or pass onReset`));
    }
  };
  return {
    place,
    events: queue.events,
    hasBegun: () => hasBegun,
    isHeld: () => isStock && isFull,
    wants: () => !isFull && place.isBehind(),
    begin(asked, id, gw) {
      const isUnsure = !topic && place.isBehind();
      hasBegun = true;
      // Its place until the first event: what happens while a connection is lost is replayed even then.
      place.position ??= id;
      isStock = !gw;
      if (!gw) return;
      topic = gw.t;
      codecs = gw.c;
      learn(asked, gw.h, gw.x, gw.reset);
      if (isUnsure) place.doubt();
    },
    push(of, epoch, events) {
      // Before its topic is known, its own may be among those that come.
      if (!topic) place.doubt();
      if (of === topic) place.hear(`${epoch}.0`, events);
      return of === topic;
    },
    learn,
    take(id, data) {
      const [epoch, offset] = parseId(id);
      const [ownEpoch, last] = parseId(place.position);
      if (epoch === ownEpoch && offset >= 0 && last >= 0) place.hear(id, [[offset, data]]);
      else if (id !== place.position) {
        place.jump(id);
        queue.push({ id, data });
      }
    },
    end: queue.end,
    drop() {
      entries.length = 0;
    },
  };
}
