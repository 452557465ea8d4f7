/**
 * The states in an answer to `gw.sync`, and how its frame is shared out among them. A state is in it always; events are, as far as they
 * fit: first an equal share for everybody, then what is left in turn. An event that is too large beside the others has the frame to itself
 * when its subscription is the first in turn or nobody else has any, up to the 128 KB that API Gateway carries. PROTOCOL.md P3.20.
 */

import { type EventPosition, formatEventId, MAX_FRAME_BYTES, type RequestId, type ResetReason } from '@org/gateway-core/protocol';
import type { Logger } from '../telemetry/logger.js';
import { missedEvents } from '../topics/missed-events.js';
import { forEachParallel } from '../topics/parallel.js';
import type { TopicHead, TopicLog } from '../topics/topic-log.js';
import type { Clock } from './clock.js';
import { MAX_MESSAGE_BYTES } from './frame-text.js';

/** A subscription that is not at its head. */
export interface Behind {
  readonly id: RequestId;
  readonly topic: string;
  readonly epoch: string;
  /** Offset of the newest event. */
  head: number;
  /** Offset of the last event that is in the answer, or that the client has. */
  at: number;
  /** Each as `[OFFSET,DATA]`. */
  items: string[];
  /** Bytes of the items with a comma after each. */
  bytes: number;
  /** Bytes of the next event, when it was read and did not fit. */
  nextBytes: number | undefined;
  reset: ResetReason | undefined;
}

export interface FillParts {
  readonly topics: Pick<TopicLog, 'read'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const PARALLEL_READS = 8;

/** Reads that use up what others leave of the frame. */
const MAX_SECOND_READS = 8;

/** Less is not worth a read. */
const MIN_LEFT_BYTES = 100;

/** One whose position was looked at already: it is to be reset, or to get events. */
export function behind(known: {
  readonly id: RequestId;
  readonly topic: string;
  readonly from: EventPosition;
  readonly head: TopicHead;
  readonly reset?: ResetReason;
}): Behind {
  const { id, topic, from, head, reset } = known;
  return { id, topic, epoch: head.epoch, head: head.offset, at: from.offset, items: [], bytes: 0, nextBytes: undefined, reset };
}

/** A state as it stands in the frame. */
export function stateText({ id, epoch, head, items, reset }: Behind): string {
  const start = `[${JSON.stringify(id)},"${formatEventId({ epoch, offset: head })}"`;
  if (reset) return `${start},[],"${reset}"]`;
  return items.length === 0 ? `${start}]` : `${start},[${items.join(',')}]]`;
}

/** Bytes of an answer without states that have a head. */
export function fixedBytes(n: number, unknown: readonly RequestId[]): number {
  const frame = `{"id":null,"method":"gw.sync","params":{"n":${n},"s":[],"exp":7200000,"again":1000}}`;
  return Buffer.byteLength(frame) + Buffer.byteLength(JSON.stringify(unknown.map((id) => [id, null])));
}

/** Puts events into states, in their order. Resolves with whether all could be read; never rejects. */
export async function fillEvents(parts: FillParts, states: readonly Behind[], fixed: number): Promise<boolean> {
  const open = () => states.filter(({ reset, at, head }) => reset === undefined && at < head);
  const taken = states.reduce((sum, state) => sum + Buffer.byteLength(stateText(state)) + STATE_GROWTH, fixed);
  const room = MAX_FRAME_BYTES - taken;
  const share = Math.floor(Math.max(0, room) / Math.max(1, open().length));
  const failed = new Set<Behind>();
  const add = (state: Behind, maxBytes: number) =>
    addEvents(parts, state, maxBytes).catch((cause: unknown) => {
      failed.add(state);
      parts.log.warn('a topic cannot be read for a sync', { topic: state.topic, cause });
    });

  await forEachParallel(open(), PARALLEL_READS, (state) => add(state, share));
  const left = () => room - states.reduce((sum, { bytes }) => sum + bytes, 0);
  const second = open().filter((state) => !failed.has(state) && (state.nextBytes ?? 0) <= left());
  for (const state of second.slice(0, MAX_SECOND_READS)) {
    if (left() < MIN_LEFT_BYTES) break;
    await add(state, left());
  }
  const waiting = open().find(({ items, nextBytes }) => items.length === 0 && nextBytes !== undefined);
  if (waiting && (waiting === open()[0] || states.every(({ bytes }) => bytes === 0))) {
    for (const state of states) clear(state);
    await add(waiting, Math.min(Math.max(room, waiting.nextBytes ?? 0), MAX_MESSAGE_BYTES - taken));
  }
  return failed.size === 0;
}

/** What a state may grow by besides its events: brackets, a reset, and digits of the head. */
const STATE_GROWTH = 24;

async function addEvents(parts: FillParts, state: Behind, maxBytes: number): Promise<void> {
  const { topic, epoch, at, head } = state;
  const missed = await missedEvents(parts, { topic, from: { epoch, offset: at }, head: { epoch, offset: head }, maxBytes });
  if (missed.kind === 'reset') {
    clear(state);
    state.reset = missed.reason;
    return;
  }
  state.items.push(...missed.items);
  state.bytes += missed.bytes;
  state.at = missed.at;
  state.head = Math.max(head, missed.at);
  state.nextBytes = missed.nextBytes;
}

function clear(state: Behind): void {
  state.at -= state.items.length;
  state.items = [];
  state.bytes = 0;
}
