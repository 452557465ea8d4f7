/**
 * Event ids: `epoch.offset`. Offsets of a topic are dense (1, 2, 3 …) within an epoch, so a reader can tell a gap from silence;
 * a new epoch says the log was lost and begun again. PROTOCOL.md section 3.4.
 */

/** Position of an event in its topic. */
export interface EventPosition {
  /** Letters and digits, 1 to 32 of them. */
  readonly epoch: string;
  /** From 1. `0` is the position before the first event. */
  readonly offset: number;
}

/** The id of a position. */
export function formatEventId(position: EventPosition): string {
  return `${position.epoch}.${position.offset}`;
}

const EVENT_ID = /^([A-Za-z0-9]{1,32})\.(0|[1-9]\d{0,15})$/;

/** The position behind an id, `undefined` for a text that is none (a forged or foreign id). */
export function parseEventId(id: string): EventPosition | undefined {
  const match = EVENT_ID.exec(id);
  if (!match) return undefined;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1] as string, offset } : undefined;
}
