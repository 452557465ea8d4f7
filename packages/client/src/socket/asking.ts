/**
 * Asks the server where the subscriptions of a link stand, and so whether it is there: `gw.sync` in rounds of 200, at a rhythm, when
 * something is missing, and when there is silence where there should be none. PROTOCOL.md P3.19 to P3.21.
 *
 * What it does not do is to decide what a subscription lacks: that is the feed's.
 */

import { GATEWAY_SERVICE, MAX_CURSORS, PING } from '@org/gateway-core/protocol';
import { alarmOf } from '../alarm.js';
import { GAP_MS, HIDDEN_SYNC_MS, IDLE_SYNC_MS, MOVE_AHEAD_MS, QUIET_MS, SILENCE_MS, SYNC_DEADLINE_MS, VISIBLE_SYNC_MS } from './limits.js';
import type { FeedSeat, LinkOwner, Passenger } from './link.js';
import { list } from './list.js';
import { silenceOf } from './silence.js';

/** What is asked about, and how. */
export interface Asked {
  readonly passengers: ReadonlyMap<unknown, Passenger>;
  send(text: string): void;
  /** The peer is gone. */
  close(reason: string): void;
}

/** The questions of one link. */
export interface Asking {
  /** The link is up; numbers come after this one. */
  start(after: number): void;
  /** Something came. */
  heard(): void;
  /** It was an event. */
  beat(): void;
  /** A call was sent. */
  owe(): void;
  /** A question was answered: with its number, or by PONG. */
  answer(n?: unknown, states?: unknown, expiresInMs?: number, againMs?: number): void;
  /** Asks for what is missing after a delay, unless it has come by then. */
  want(delayMs: number): void;
  /** Asks for all, and for a sign of life, if nothing was heard for so long. @default 10 s */
  wake(silenceMs?: number): void;
  /** The server has owed one for a while. */
  isLate(): boolean;
  /** Asks nothing more until it goes on. */
  pause(): void;
  resume(): void;
  /** The server has no `gw.sync`: it is asked by PING. */
  stock(): void;
}

/** A question that is out. */
interface Question {
  readonly n: number;
  readonly text: string;
  /** Where the subscriptions stood. */
  readonly asked: ReadonlyMap<unknown, string>;
  readonly atMs: number;
  /** How often it is asked before the peer counts as gone: what preceded it may be the first time. */
  readonly times: number;
  /** A call has had no answer. */
  readonly isOwed: boolean;
  sent: number;
}

/** Asks nothing yet. */
export function askingOf({ clock, page, random, onChange, onLeave }: LinkOwner, { passengers, send, close }: Asked): Asking {
  const alarm = alarmOf(clock);
  const moving = alarmOf(clock);
  const aheadMs = MOVE_AHEAD_MS * (1 + random());
  // Not all followers of a topic at the same moment.
  const quietMs = QUIET_MS * (0.875 + random() / 4);
  const silence = silenceOf(clock, quietMs);
  let isPaused = false;
  let isStock = false;
  /** When all subscriptions were last asked for. */
  let syncedAt = clock.now();
  /** When the alarm will ring. */
  let dueAt = 0;
  /** The wait before holes that an answer left open are asked for again. */
  let pauseMs = 0;
  /** Subscriptions still to be asked for in this round. */
  let round: (readonly [unknown, FeedSeat])[] = [];
  let question: Question | undefined;
  let lastQuestion = 0;

  const seats = () => [...passengers].flatMap(([id, { feed }]) => (feed?.position() === undefined ? [] : [[id, feed] as const]));
  const rest = (delayMs: number) => {
    if (isPaused) return;
    dueAt = clock.now() + delayMs;
    alarm(delayMs, tick);
  };
  /** Asks for whoever lacks something, or for all when it is time to: by the clock, since a hidden page's timers come late. */
  const tick = () => {
    const all = seats();
    const riders = [...passengers.values()];
    const isHidden = page.document?.hidden;
    const periodMs = riders.some(({ feed }) => feed) ? (isHidden ? HIDDEN_SYNC_MS : VISIBLE_SYNC_MS) : IDLE_SYNC_MS;
    const sinceMs = Math.abs(clock.now() - syncedAt);
    const hasCalls = riders.some(({ feed }) => !feed);
    const patienceMs = silence.leftMs(hasCalls, isHidden);
    const isQuiet = patienceMs <= 0;
    const isDue = sinceMs >= periodMs || isQuiet;
    round = isDue ? all : all.filter(([, feed]) => feed.wants());
    if (isDue) syncedAt = clock.now();
    else if (!round.length) return rest(Math.ceil(Math.min(periodMs - sinceMs, patienceMs)));
    if (isQuiet) silence.ask();
    if (isStock) for (const [, feed] of round) if (feed.wants()) feed.reopen();
    ask(isQuiet ? 1 : 2, isQuiet && silence.isOwed(hasCalls));
  };
  const ask = (times = 2, isOwed = false) => {
    const asked = new Map(round.splice(0, MAX_CURSORS).map(([id, feed]) => [id, feed.position()!]));
    const n = ++lastQuestion;
    const text = isStock ? PING : JSON.stringify({ id: null, method: 'gw.sync', svc: GATEWAY_SERVICE, params: { n, c: [...asked] } });
    question = { n, text, asked, atMs: clock.now(), times, isOwed, sent: 0 };
    repeat();
  };
  const repeat = () => {
    if (!question) return;
    // Whoever sends other things is not gone.
    if (question.sent >= (silence.heardAt() > question.atMs ? 2 : question.times)) return close('no answer to gw.sync');
    question.sent += 1;
    send(question.text);
    alarm(SYNC_DEADLINE_MS, repeat);
    onChange();
  };
  const want = (delayMs: number) => {
    if (!question && clock.now() + delayMs < dueAt) rest(delayMs);
  };

  return {
    start(after) {
      lastQuestion = after;
      silence.heard();
      syncedAt = clock.now();
      rest(VISIBLE_SYNC_MS);
    },
    heard: silence.heard,
    beat() {
      if (silence.beat()) want(quietMs);
    },
    owe() {
      silence.owe();
      want(quietMs);
    },
    answer(n, states, expiresInMs, againMs) {
      if (!question || (n ?? question.n) !== question.n) return;
      const { asked } = question;
      question = undefined;
      const isMoving = tell(passengers, asked, states, !!againMs);
      if (expiresInMs) moving(Math.max(0, expiresInMs - aheadMs), onLeave);
      if (round.length) ask();
      else if (againMs) {
        syncedAt = Number.NEGATIVE_INFINITY;
        rest(Math.min(againMs, VISIBLE_SYNC_MS));
      } else if (isMoving || !seats().some(([, feed]) => feed.wants())) {
        pauseMs = 0;
        tick();
      } else {
        // An answer that brings nothing is not asked for in circles.
        pauseMs = Math.min(pauseMs * 2 || GAP_MS, VISIBLE_SYNC_MS);
        rest(pauseMs);
      }
      onChange();
    },
    want,
    wake(silenceMs = SILENCE_MS) {
      if (clock.now() - silence.heardAt() > silenceMs) syncedAt = Number.NEGATIVE_INFINITY;
      if (!question) tick();
    },
    isLate: () => !!question && (question.isOwed || question.sent > 1),
    pause() {
      isPaused = true;
      alarm();
      moving();
    },
    resume() {
      isPaused = false;
      rest(0);
    },
    stock() {
      isStock = true;
    },
  };
}

/** Each subscription that was asked for learns what was said of it; who is not spoken of lacks nothing, unless not all could be read. The answer: one has moved. */
function tell(passengers: Asked['passengers'], asked: Question['asked'], states: unknown, isPartial: boolean): boolean {
  const known = new Map(list(states).map(([id, ...state]) => [id, state]));
  let isMoving = false;
  for (const [id, position] of asked) {
    const feed = passengers.get(id)?.feed;
    const state = known.get(id);
    if (state || !isPartial) feed?.sync(position, ...((state ?? []) as []));
    isMoving ||= feed?.position() !== position;
  }
  return isMoving;
}
