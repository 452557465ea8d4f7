/** The rules that are in force at a frame proxy, its log, and its connections. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FramePipe } from './frame-pipe.js';
import { type AppliedRule, type Direction, type Frame, type FrameRule, RunningRule } from './frame-rule.js';
import { Hits } from './hits.js';

/** What becomes of handshakes. */
export interface HandshakeRule {
  /** Refuses with an HTTP status, or does not answer until `release()`. */
  readonly action: { readonly status: number; readonly body?: string } | 'hold';
  /** @default until it is removed */
  readonly times?: number;
}

/** A line of the log. */
export type FrameEvent =
  | { readonly kind: 'open'; readonly connection: number; readonly url: string }
  | { readonly kind: 'refused'; readonly connection: number; readonly status: number }
  /** `action` for a frame that a rule took; `put in` for one that a rule made. */
  | { readonly kind: 'frame'; readonly connection: number; readonly direction: Direction; readonly text: string; readonly action?: string }
  /** Which side ended it. */
  | { readonly kind: 'close'; readonly connection: number; readonly by: 'client' | 'server' | 'proxy'; readonly code: number };

/** Rules, log and connections of a proxy. */
export class FrameBoard {
  readonly log: FrameEvent[] = [];
  readonly pipes = new Set<FramePipe>();
  /** What the server chose. */
  readonly protocols = new WeakMap<IncomingMessage, string>();
  /** Handshakes without an answer. */
  readonly waiting = new Set<Duplex>();
  connectionCount = 0;
  readonly #rules: RunningRule[] = [];
  readonly #handshakes: RunningHandshake[] = [];
  readonly #readers: { readonly fits: (event: FrameEvent) => boolean; readonly resolve: (event: FrameEvent) => void }[] = [];

  note(event: FrameEvent): void {
    this.log.push(event);
    for (const { fits, resolve } of this.#readers) if (fits(event)) resolve(event);
  }

  next(fits: (event: FrameEvent) => boolean): Promise<FrameEvent> {
    const there = this.log.find(fits);
    return there === undefined ? new Promise((resolve) => this.#readers.push({ fits, resolve })) : Promise.resolve(there);
  }

  rule(rule: FrameRule): RunningRule {
    const running = new RunningRule(rule);
    this.#rules.push(running);
    return running;
  }

  handshake(rule: HandshakeRule): RunningHandshake {
    const running = new RunningHandshake(rule);
    this.#handshakes.push(running);
    return running;
  }

  ruleOf(frame: Frame): RunningRule | undefined {
    return this.#rules.find((rule) => rule.takes(frame));
  }

  handshakeRule(): RunningHandshake | undefined {
    return this.#handshakes.find((rule) => rule.takes());
  }
}

/** A handshake rule with its count. */
export class RunningHandshake implements AppliedRule {
  readonly action: HandshakeRule['action'];
  readonly #times: number;
  readonly #hits = new Hits();
  readonly #held: (() => void)[] = [];
  #removed = false;

  constructor({ action, times = Number.POSITIVE_INFINITY }: HandshakeRule) {
    this.action = action;
    this.#times = times;
  }

  get hits(): number {
    return this.#hits.count;
  }

  reached(count?: number): Promise<void> {
    return this.#hits.reached(count);
  }

  takes(): boolean {
    if (this.#removed || this.hits >= this.#times) return false;
    this.#hits.add();
    return true;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  release(): void {
    for (const pass of this.#held.splice(0)) pass();
  }

  remove(): void {
    this.#removed = true;
  }
}
