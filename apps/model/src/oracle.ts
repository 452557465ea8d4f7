/**
 * What must hold. It knows what was stored, because it watches the table, and what each loop was handed, because the loops tell it:
 *
 * - a loop is handed committed events, as they were published, each offset right after the one before, or it is told that it missed some
 *   and there is a reason for it;
 * - a loop without a place begins between the newest event when it was opened and the newest when it was told that it had started;
 * - in the end it has everything;
 * - a handler runs at most once per call, or per key, and an answer is of the run it belongs to.
 *
 * What does not hold is kept as a sentence; the run goes on, so that a trace shows what followed.
 */

import { RETAIN_MINUTES } from './service.js';
import type { Trace } from './trace.js';

/** An event in a topic's log. */
export interface Committed {
  readonly epoch: string;
  readonly offset: number;
  readonly value: string;
  readonly atMs: number;
}

/** One subscription, as the loop over it sees it. */
export interface Reader {
  /** An event was handed out. */
  event(id: string, value: string): void;
  started(): void;
  /** The loop was told that events are missed for good: it goes on after `id`, or is over when there is none. */
  reset(reason: string, id?: string): void;
  /** The loop has ended by its own wish. */
  end(): void;
  /** Id of the last event, or of the place it began at. */
  readonly cursor: string | undefined;
}

export interface Oracle {
  readonly violations: readonly string[];
  readonly deliveries: number;
  readonly resets: number;
  /** The longest from storing to delivery. */
  readonly worstMs: number;
  /** Events that were handed out more than 5 s after the next one was stored. */
  readonly late: number;
  violate(what: string): void;
  /** An event was stored. */
  committed(topic: string, event: Committed): void;
  /** This value is published under a key: it is stored once. */
  once(value: string): void;
  /** The topic's memory was lost. */
  epochLost(topic: string): void;
  open(reader: { readonly who: string; readonly topic: string; readonly from?: string | undefined }): Reader;
  /** A mutation's handler began; gives the effect's name. */
  ran(call: string, isIdempotent: boolean): string;
  answered(call: string, effect: string): void;
  /** Nothing is on its way any more: whatever was stored must have been handed out. */
  settle(): void;
}

/** An event, and how often the topic's memory had been lost before it was stored. */
interface Stored extends Committed {
  readonly epochs: number;
}

interface Topic {
  readonly events: Map<number, Stored>;
  head: number;
  /** How often its memory was lost. */
  epochs: number;
}

/** An event's time is taken before it is stored, which may be some seconds later. */
const KEPT_MS = RETAIN_MINUTES * 60_000 - 10_000;

const LATE_MS = 5_000;

/** Nothing stored, nothing handed out. */
export function createOracle(nowMs: () => number, trace: Trace): Oracle {
  const topics = new Map<string, Topic>();
  const effects = new Map<string, string[]>();
  /** How often values with a key were stored. */
  const keyed = new Map<string, number>();
  const readers = new Set<{ readonly check: () => void }>();
  const violations: string[] = [];
  let deliveries = 0;
  let resets = 0;
  let worstMs = 0;
  let late = 0;

  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known) return known;
    const made: Topic = { events: new Map(), head: 0, epochs: 0 };
    topics.set(name, made);
    return made;
  };
  const violate = (what: string) => {
    trace.note('ORACLE', what);
    violations.push(what);
  };

  const open: Oracle['open'] = ({ who, topic: name, from }) => {
    const topic = topicOf(name);
    const epochsAt = (offset: number | undefined) => topic.events.get(offset ?? 0)?.epochs ?? topic.epochs;
    /** How often the topic's memory had been lost when it came to where it is. */
    let epochs = epochsAt(from === undefined ? undefined : offsetOf(from));
    /** Offset of the last event, or of the place it goes on after; undefined until it is known. */
    let last = from === undefined ? undefined : offsetOf(from);
    let cursor = from;
    const headAtOpen = topic.head;
    let headAtStart: number | undefined;
    let isOver = false;
    const own = {
      check() {
        if (isOver || headAtStart === undefined) {
          if (!isOver) violate(`${who} on ${name} never started`);
          return;
        }
        const newest = last ?? headAtStart;
        if (newest < topic.head) violate(`${who} on ${name} stands at ${newest}, the newest event is ${topic.head}`);
      },
    };
    readers.add(own);
    const place = (offset: number) => {
      if (last !== undefined) {
        if (offset <= last) violate(`${who} on ${name} got ${offset} after ${last}: a repetition`);
        else if (offset > last + 1) violate(`${who} on ${name} got ${offset} after ${last}: a hole`);
        return;
      }
      if (offset <= headAtOpen) violate(`${who} on ${name} got ${offset} first, which was there before it began at ${headAtOpen}`);
      if (headAtStart === undefined) violate(`${who} on ${name} got ${offset} before it had started`);
      else if (offset > headAtStart + 1) violate(`${who} on ${name} got ${offset} first, after it had started at ${headAtStart}: a hole`);
    };
    return {
      get cursor() {
        return cursor;
      },
      started() {
        headAtStart ??= topic.head;
      },
      event(id, value) {
        deliveries += 1;
        trace.note(who, `has ${name}`, id);
        const offset = offsetOf(id);
        const event = topic.events.get(offset);
        if (isOver) violate(`${who} on ${name} got ${id} after its end`);
        if (!event) violate(`${who} on ${name} got ${id}, which nobody published`);
        else {
          if (event.value !== value) violate(`${who} on ${name} got ${value} as ${id}, published was ${event.value}`);
          const next = topic.events.get(offset + 1);
          if (next && nowMs() - next.atMs > LATE_MS) late += 1;
          if (last !== undefined || headAtOpen < offset) worstMs = Math.max(worstMs, nowMs() - event.atMs);
        }
        place(offset);
        epochs = epochsAt(offset);
        last = offset;
        cursor = id;
      },
      reset(reason, id) {
        resets += 1;
        trace.note(who, `missed events of ${name}`, reason);
        const next = topic.events.get((last ?? headAtOpen) + 1);
        const isExpired = next !== undefined && nowMs() > next.atMs + KEPT_MS;
        if (topic.epochs === epochs && !isExpired) violate(`${who} on ${name} was reset at ${last} without a reason: ${reason}`);
        if (id === undefined) {
          isOver = true;
          return;
        }
        epochs = topic.epochs;
        last = offsetOf(id);
        cursor = id;
      },
      end() {
        isOver = true;
        readers.delete(own);
      },
    };
  };

  return {
    violations,
    get deliveries() {
      return deliveries;
    },
    get resets() {
      return resets;
    },
    get worstMs() {
      return worstMs;
    },
    get late() {
      return late;
    },
    violate,
    committed(name, event) {
      const topic = topicOf(name);
      trace.note('log', name, `${event.epoch}.${event.offset}`);
      if (topic.events.has(event.offset)) violate(`offset ${event.offset} of ${name} was given out twice`);
      if (event.offset !== topic.head + 1) violate(`offset ${event.offset} of ${name} was stored after ${topic.head}`);
      topic.events.set(event.offset, { ...event, epochs: topic.epochs });
      topic.head = Math.max(topic.head, event.offset);
      const times = keyed.get(event.value);
      if (times === undefined) return;
      keyed.set(event.value, times + 1);
      if (times > 0) violate(`${event.value} was published under a key and stored ${times + 1} times`);
    },
    once(value) {
      keyed.set(value, 0);
    },
    epochLost(name) {
      topicOf(name).epochs += 1;
    },
    open,
    ran(call, isIdempotent) {
      const known = effects.get(call) ?? [];
      const effect = `${call}/${known.length + 1}`;
      effects.set(call, [...known, effect]);
      trace.note('effect', effect);
      if (known.length > 0 && !isIdempotent) violate(`${call} ran ${known.length + 1} times`);
      return effect;
    },
    answered(call, effect) {
      const known = effects.get(call) ?? [];
      if (!known.includes(effect)) violate(`${call} was answered ${effect}, expected one of ${known.join(', ')}`);
    },
    settle() {
      for (const { check } of readers) check();
    },
  };
}

/** The offset of `EPOCH.OFFSET`. */
export function offsetOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}
