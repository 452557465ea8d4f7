/**
 * Appends to a topic's log in DynamoDB: conditional puts of the offsets after the tip. One event without a key is one put; a run of several,
 * or one with a key, is one transaction. Who is overtaken reads the tip again and tries again after a jittered pause.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { EventPosition } from '@org/gateway-core/protocol';
import { type Clock, ttlSeconds } from '../websocket/clock.js';
import { digestOf, IDEMPOTENCY_MS, keyConflict } from './append-run.js';
import type { ConditionalRow, KeyTable, Row } from './key-table.js';
import { createTipMemory } from './tip-memory.js';
import { eventKey, idempotencyKey, topicKey } from './topic-keys.js';
import { APPEND_ATTEMPTS, appendPauseMs, expiryMs } from './topic-log.js';
import { readTip, refreshTip, reserve, type Tip } from './topic-tip.js';

export interface AppendParts {
  readonly table: KeyTable;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Letters and digits, at most 32, unique. */
  readonly newId: () => string;
}

/** What is stored whole or not at all. */
export interface Run {
  readonly topic: string;
  readonly events: readonly string[];
  readonly retainSeconds: number;
  /** Rows of the same transaction. @default none */
  readonly beside?: (first: EventPosition) => readonly ConditionalRow[];
  /** Asked after a refusal and before offsets are reserved: whether there is nothing to store, and the answer then. @default there is */
  readonly settled?: () => Promise<EventPosition | undefined>;
}

/** Appends of this many in a row reserve ahead. */
const LONG_STREAK = 16;

/** Who was overtaken so often does too: the time between reading and writing is what is lost to others. */
const BUSY_ATTEMPTS = 2;

/** Offsets reserved ahead. */
const RESERVED_AHEAD = 100;

/** Stores runs; remembers tips, so make one per process. Rejects with SERVICE_UNAVAILABLE after 30 attempts. */
export function createAppend(parts: AppendParts): (run: Run) => Promise<EventPosition> {
  const { table, clock, random, newId } = parts;
  const memory = createTipMemory(clock);

  /** The tip with room for the run. Undefined when another process began an epoch, or took the room: look again. */
  const withRoom = async ({ topic, events }: Run, tip: Tip, isBusy: boolean): Promise<Tip | undefined> => {
    const last = tip.offset + events.length;
    if (last <= tip.reserved) return tip;
    const ahead = isBusy || memory.streakOf(topic) >= LONG_STREAK ? RESERVED_AHEAD : 0;
    const raised = await reserve(parts, topic, tip, last + ahead);
    return raised && last <= raised.reserved ? raised : undefined;
  };

  const store = (run: Run, rows: readonly Row[], first: EventPosition): Promise<boolean> => {
    const beside = run.beside?.(first) ?? [];
    const [row] = rows;
    if (row !== undefined && rows.length + beside.length === 1) return table.put(row, 'absent');
    return table.putAll([...rows.map((each) => ({ row: each, condition: 'absent' as const })), ...beside]);
  };

  /** A put whose answer was lost is repeated by the SDK and then meets its own row: `by` tells that from another's. */
  const isOurs = async (topic: string, offset: number, by: string): Promise<boolean> =>
    (await table.get(topicKey(topic), eventKey(offset)))?.by === by;

  /** One attempt. Undefined: overtaken. */
  const attempt = async (run: Run, by: string, isBusy: boolean): Promise<EventPosition | undefined> => {
    const { topic, events, retainSeconds } = run;
    const known = memory.tipOf(topic);
    const last = known ? undefined : memory.lastOf(topic);
    const refreshed = last && (await refreshTip(parts, topic, last));
    const tip = known ?? refreshed ?? (await readTip(parts, topic));
    if (tip === undefined) return undefined;
    const settled = tip.offset + events.length > tip.reserved ? await run.settled?.() : undefined;
    if (settled !== undefined) return settled;
    const roomy = await withRoom(run, tip, isBusy);
    if (roomy === undefined) {
      memory.doubted(topic);
      return undefined;
    }
    const first = { epoch: roomy.epoch, offset: roomy.offset + 1 };
    const nowMs = clock.now();
    const ttl = Math.max(roomy.ttl, ttlSeconds(expiryMs(nowMs, retainSeconds)));
    const rows = eventRows(run, { first, by, ttl, atMs: nowMs, reserved: roomy.reserved });
    if (!(await store(run, rows, first)) && !(await isOurs(topic, first.offset, by))) {
      memory.overtaken(topic, roomy);
      return run.settled?.();
    }
    const from = known === undefined ? roomy.offset : undefined;
    memory.remember(topic, { ...roomy, offset: roomy.offset + events.length, ttl }, from, known === undefined && refreshed === undefined);
    return first;
  };

  return async (run) => {
    const by = newId();
    for (let attempts = 0; attempts < APPEND_ATTEMPTS; attempts++) {
      const position = await attempt(run, by, attempts >= BUSY_ATTEMPTS);
      if (position !== undefined) return position;
      memory.overtaken(run.topic);
      await clock.sleep(appendPauseMs(attempts, random));
    }
    throw new GatewayError(
      'SERVICE_UNAVAILABLE',
      `[SERVICE_UNAVAILABLE] ${run.topic} has too many publishers: ${APPEND_ATTEMPTS} attempts were overtaken; publish again later, or declare the subscription as sequenced`,
    );
  };
}

/** Rows of a run; `first` in them says that they came together. */
function eventRows(
  { topic, events }: Run,
  {
    first,
    ...common
  }: { readonly first: EventPosition; readonly by: string; readonly ttl: number; readonly atMs: number; readonly reserved: number },
): readonly Row[] {
  return events.map((data, at) => {
    const offset = first.offset + at;
    const together = events.length === 1 ? {} : { first: first.offset };
    return { pk: topicKey(topic), sk: eventKey(offset), epoch: first.epoch, offset, data, ...together, ...common };
  });
}

/** The row of an idempotency key, and what is known under it. */
export function keyedRun(
  { table, clock }: AppendParts,
  { topic, events, key, run }: { readonly topic: string; readonly events: readonly string[]; readonly key: string; readonly run: number },
) {
  const pk = topicKey(topic);
  const sk = idempotencyKey(key, run);
  const digest = digestOf(events);
  return {
    row: ({ epoch, offset }: EventPosition): ConditionalRow => ({
      row: { pk, sk, epoch, offset, digest, ttl: ttlSeconds(clock.now() + IDEMPOTENCY_MS) },
      // DynamoDB removes expired rows late.
      condition: { rising: { ttl: Math.floor(clock.now() / 1_000) } },
    }),
    /** @throws GatewayError CONFLICT for other events. */
    known: async (): Promise<EventPosition | undefined> => {
      const row = await table.get(pk, sk);
      if (row === undefined || Number(row.ttl) < Math.floor(clock.now() / 1_000)) return undefined;
      if (row.digest !== digest) throw keyConflict(topic, key);
      return { epoch: String(row.epoch), offset: Number(row.offset) };
    },
  };
}
