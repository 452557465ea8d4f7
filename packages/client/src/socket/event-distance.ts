/**
 * How two event ids lie to each other, which tells a repetition and a hole from the next event. PROTOCOL.md P3.13.
 */

/** `EPOCH.OFFSET`. Core's parseEventId also minds the lengths, which a server does with what comes from outside; bytes count here. */
const EVENT_ID = /^(\w+)\.(\d+)$/;

/** How far an event is from the last one: 1 is the next, more is a hole, less is one that is known. Ids that cannot be compared are next. */
export function distance(last = '', id: string): number {
  if (id === last) return 0;
  const from = EVENT_ID.exec(last);
  const to = EVENT_ID.exec(id);
  return from && to && from[1] === to[1] ? +to[2]! - +from[2]! : 1;
}
