/**
 * A subscription's place in its topic: the last event it has, those that came too early, and how far the topic is known to reach. It lets
 * through only the event right after the last one. PROTOCOL.md P3.13 and P3.17.
 */

import { MAX_EARLY_EVENTS, MAX_EARLY_LENGTH } from './limits.js';
import { list } from './list.js';

/** Epoch and offset of an event id; the offset of a foreign one is NaN. */
export const parseId = (id: unknown): readonly [epoch: string, offset: number] => {
  const [epoch, offset] = `${id}`.split('.');
  return [epoch!, +offset!];
};

/** A place, and what moves it. */
export interface Place {
  /** Id of the last event, if it has one. */
  position: string | undefined;
  /** Whether there are, or may be, events after it. */
  isBehind(): boolean;
  /** There may be more events than were heard of. */
  doubt(isUnsure?: boolean): void;
  /** The topic reaches up to this id, and these pairs of offset and data are among its events, in any order. */
  hear(id: unknown, events?: unknown): void;
  /** Goes on after an id, whatever was known. */
  jump(id: string): void;
}

/** The place after an event. `take` gets what is next, and says whether it has taken it. */
export function placeAt(lastEventId: string | undefined, take: (id: string, data: unknown) => boolean): Place {
  const early = new Map<unknown, unknown>();
  let earlyLength = 0;
  let head = 0;
  let isUnsure = false;

  const offer = (epoch: string, offset: number, data: unknown) => {
    const last = parseId(place.position)[1];
    if (offset > head) head = offset;
    if (!early.size) earlyLength = 0;
    if (offset === last + 1) early.set(offset, data);
    else if (offset > last && early.size < MAX_EARLY_EVENTS) {
      earlyLength += `${JSON.stringify(data)}`.length;
      if (earlyLength < MAX_EARLY_LENGTH) early.set(offset, data);
    }
    for (let next = last + 1; early.has(next); next += 1) {
      const id = `${epoch}.${next}`;
      if (!take(id, early.get(next))) return early.clear();
      early.delete(next);
      place.position = id;
    }
  };
  const place: Place = {
    position: lastEventId,
    isBehind: () => isUnsure || head > parseId(place.position)[1],
    doubt(unsure = true) {
      isUnsure = unsure;
    },
    hear(id, events) {
      const [epoch, offset] = parseId(id);
      if (epoch !== parseId(place.position)[0]) isUnsure = true;
      else {
        if (offset > head) head = offset;
        for (const [of, data] of list(events)) offer(epoch, of as number, data);
      }
    },
    jump(id) {
      place.position = id;
      head = 0;
      isUnsure = false;
      early.clear();
    },
  };
  return place;
}
