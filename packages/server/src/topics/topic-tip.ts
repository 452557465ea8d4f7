/**
 * The tip of a topic's log: the next free offset, and the right to use it.
 *
 * Numbers must go on when every event has expired, also when nobody moved `delivered` meanwhile (no fan-out, or one that failed for longer
 * than events are kept). So a topic's memory says up to which offset events may exist (`reserved`), which is written before an offset is
 * used. Rules:
 *   - No event is put above `reserved`, in its epoch. It only grows.
 *   - Expiry never falls along a topic, and nothing expires within 20 minutes: while the newest row has not expired, nothing behind it has.
 *   - A tip is trusted when its newest row has not expired, or nothing above it was reserved, or what was is younger than 20 minutes (its
 *     event, if there is one, is still there to be seen). Otherwise events above it may have come and gone: a new epoch begins, above all
 *     that was reserved, and subscribers are told (`reset`).
 *
 * A publisher that comes now and then reserves the one offset it uses, which makes its append two writes, and lets numbers go on exactly.
 * One that goes on publishing, or is overtaken again and again, reserves 100 at a time: one write an event. The price: when such a burst is followed by silence for all of
 * the retention, the next event begins a new epoch.
 */

import type { Clock } from '../websocket/clock.js';
import type { KeyTable, Row } from './key-table.js';
import { eventKey, LAST_EVENT_KEY, META_KEY, topicKey } from './topic-keys.js';
import { MIN_RETAIN_SECONDS, type TopicHead } from './topic-log.js';

/** Where the next event goes. */
export interface Tip {
  readonly epoch: string;
  /** Of the newest event. */
  readonly offset: number;
  /** No event is put above it before it was raised. */
  readonly reserved: number;
  /** Expiry of the newest event in epoch seconds; later ones expire no earlier. */
  readonly ttl: number;
}

export interface TipParts {
  readonly table: KeyTable;
  readonly clock: Clock;
  /** A new epoch. */
  readonly newId: () => string;
}

/** Where a topic stands, for readers; begins an epoch only for a topic without a memory. */
export async function readHead(parts: TipParts, topic: string): Promise<TopicHead> {
  const { memory, offset } = await readTopic(parts, topic);
  return { epoch: String(memory.epoch), delivered: Number(memory.delivered), offset };
}

/** Where a topic stands; undefined for one without a memory. Writes nothing. */
export async function peekHead({ table }: Pick<TipParts, 'table'>, topic: string): Promise<TopicHead | undefined> {
  const newest = await newestEvent(table, topic);
  const memory = await table.get(topicKey(topic), META_KEY);
  if (!memory) return undefined;
  const delivered = Number(memory.delivered);
  return { epoch: String(memory.epoch), delivered, offset: Math.max(Number(newest?.offset ?? 0), delivered) };
}

/** Where a publisher goes on. Undefined when another process is just beginning an epoch: look again. */
export async function readTip(parts: TipParts, topic: string): Promise<Tip | undefined> {
  const { memory, newest, offset } = await readTopic(parts, topic);
  const nowMs = parts.clock.now();
  const reserved = Number(memory.reserved ?? 0);
  const ttl = Number(newest?.ttl ?? 0);
  const trusted = 1_000 * ttl > nowMs || offset >= reserved || nowMs - Number(memory.reservedAtMs ?? 0) < 1_000 * MIN_RETAIN_SECONDS;
  if (trusted) return { epoch: String(memory.epoch), offset, reserved, ttl };
  const epoch = parts.newId();
  const begun = { epoch, delivered: reserved, reserved, reservedAtMs: nowMs };
  const done = await parts.table.update(topicKey(topic), META_KEY, begun, { equal: { epoch: memory.epoch } });
  return done && { epoch, offset: reserved, reserved, ttl };
}

/**
 * The tip by its newest event alone, for a process that knew it moments ago. Undefined where that does not tell: look at the memory too. The
 * shorter it takes to look, the fewer come in between; events say what was reserved when they were put.
 */
export async function refreshTip({ table, clock }: TipParts, topic: string, known: Tip): Promise<Tip | undefined> {
  const newest = await newestEvent(table, topic);
  if (newest?.epoch !== known.epoch || Number(newest.offset) < known.offset || 1_000 * Number(newest.ttl) <= clock.now()) return undefined;
  const reserved = Math.max(known.reserved, Number(newest.reserved ?? 0));
  return { epoch: known.epoch, offset: Number(newest.offset), reserved, ttl: Number(newest.ttl) };
}

/** Raises what is reserved to an offset at least. Undefined in another epoch. */
export async function reserve({ table, clock }: TipParts, topic: string, tip: Tip, offset: number): Promise<Tip | undefined> {
  const raised = { reserved: offset, reservedAtMs: clock.now() };
  const condition = { equal: { epoch: tip.epoch }, rising: { reserved: offset } };
  if (await table.update(topicKey(topic), META_KEY, raised, condition)) return { ...tip, reserved: offset };
  const memory = await table.get(topicKey(topic), META_KEY);
  return memory?.epoch === tip.epoch ? { ...tip, reserved: Number(memory.reserved) } : undefined;
}

/**
 * Both rows at once, because others may publish between a read and the write that follows it. Neither has to be the older one: an event
 * that one read shows and the other does not know of is moments old, and then it is there to be seen.
 */
async function readTopic(parts: TipParts, topic: string) {
  const [newest, known] = await Promise.all([newestEvent(parts.table, topic), parts.table.get(topicKey(topic), META_KEY)]);
  const last = Number(newest?.offset ?? 0);
  const memory = known ?? (await beginMemory(parts, topic, last));
  return { newest, memory, offset: Math.max(last, Number(memory.delivered)) };
}

/** A memory for a topic that has none. When it was lost, offsets go on after the newest event, so that old and new ones cannot be mistaken. */
async function beginMemory({ table, clock, newId }: TipParts, topic: string, lastOffset: number): Promise<Row> {
  const numbers = { delivered: lastOffset, reserved: lastOffset, reservedAtMs: clock.now() };
  const made = { pk: topicKey(topic), sk: META_KEY, epoch: newId(), ...numbers };
  if (await table.put(made, 'absent')) return made;
  return (await table.get(topicKey(topic), META_KEY)) ?? made;
}

async function newestEvent(table: KeyTable, topic: string): Promise<Row | undefined> {
  const range = { pk: topicKey(topic), between: [eventKey(0), LAST_EVENT_KEY], descending: true, limit: 1 } as const;
  for await (const [row] of table.query(range)) return row;
  return undefined;
}
