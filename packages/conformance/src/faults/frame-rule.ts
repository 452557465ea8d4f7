/**
 * What a frame proxy does to frames: rules in the shape of those of Ably's `uts-proxy`, matched in the order they were made.
 */
import { Hits } from './hits.js';

/** To the server, or to the client. */
export type Direction = 'up' | 'down';

/** What becomes of a frame. Frames that are put in are not matched again. */
export type FrameAction =
  | 'suppress'
  | 'duplicate'
  /** Waits for `release()`; frames behind it pass. */
  | 'hold'
  | { readonly replace: (text: string) => string }
  | { readonly before: readonly string[] }
  | { readonly after: readonly string[] }
  /** Closes the client's connection with a code instead; 1006 is no close frame but a reset. */
  | { readonly close: number; readonly reason?: string };

/** Which frames, and what becomes of them. */
export interface FrameRule {
  /** @default both */
  readonly direction?: Direction;
  /** A part of the text, or a question about it. @default every frame */
  readonly match?: string | ((text: string) => boolean);
  /** Connections by number, from 1. @default all */
  readonly connection?: number;
  /** Only the so-manieth that fits, from 1. @default all */
  readonly nth?: number;
  /** Ends by itself after so many hits. */
  readonly times?: number;
  readonly action: FrameAction;
}

/** A rule that is in force. */
export interface AppliedRule {
  readonly hits: number;
  /** Resolves when it has hit so often. @param count @default 1 */
  reached(count?: number): Promise<void>;
  /** Lets what it holds go on, in order. */
  release(): void;
  /** Ends it. What it holds stays held. */
  remove(): void;
}

/** A frame as rules see it. */
export interface Frame {
  readonly direction: Direction;
  readonly connection: number;
  readonly text: string;
}

/** A rule with its count. */
export class RunningRule implements AppliedRule {
  readonly action: FrameAction;
  readonly #rule: FrameRule;
  readonly #hits = new Hits();
  #held: (() => void)[] = [];
  #seen = 0;
  #removed = false;

  constructor(rule: FrameRule) {
    this.#rule = rule;
    this.action = rule.action;
  }

  get hits(): number {
    return this.#hits.count;
  }

  reached(count?: number): Promise<void> {
    return this.#hits.reached(count);
  }

  release(): void {
    for (const pass of this.#held.splice(0)) pass();
  }

  remove(): void {
    this.#removed = true;
  }

  hold(pass: () => void): void {
    this.#held.push(pass);
  }

  /** Whether the rule hits a frame; counts it. */
  takes({ direction, connection, text }: Frame): boolean {
    const { match, nth, times = Number.POSITIVE_INFINITY } = this.#rule;
    if (this.#removed || this.hits >= times) return false;
    if ((this.#rule.direction ?? direction) !== direction || (this.#rule.connection ?? connection) !== connection) return false;
    if (match !== undefined && !(typeof match === 'string' ? text.includes(match) : match(text))) return false;
    this.#seen += 1;
    if (nth !== undefined && this.#seen !== nth) return false;
    this.#hits.add();
    return true;
  }
}
