/**
 * A page of a browser, as far as a connection notices it: its timers and its socket's events stand still while it is frozen or lies in the
 * back-forward cache, its timers are late while it is hidden, and it is told of all that by events, as documents and windows are.
 */

import type { Simulator } from './simulator.js';
import { START_MS } from './stores.js';

/** Timers and wall clock of a page. */
export interface PageClock {
  after(delayMs: number, run: () => unknown): () => void;
  now(): number;
}

/** As the client's options have them. */
interface PageEvents {
  addEventListener(type: string, listener: Listener): void;
  removeEventListener(type: string, listener: Listener): void;
  readonly document: { readonly hidden: boolean };
}

type Listener = (event: { readonly type: string; readonly persisted?: boolean }) => void;

/** A page, and what can be done to it. */
export interface Page {
  readonly clock: PageClock;
  /** What `window` and `document` are to the client. */
  readonly events: PageEvents;
  /** Timers that are set. */
  readonly timers: number;
  readonly listeners: number;
  readonly isFrozen: boolean;
  /** Milliseconds it has been frozen altogether. */
  readonly frozenMs: number;
  /** Runs now, or when the page wakes. */
  dispatch(run: () => void): void;
  tell(type: string, more?: { readonly persisted?: boolean }): void;
  hide(): void;
  show(): void;
  /** No code runs until it thaws. */
  freeze(): void;
  thaw(): void;
  /** It is gone: nothing of it ever runs again. */
  discard(): void;
}

/** Timers of a hidden page are aligned to this. Source: Chrome's "Heavy throttling of chained JS timers". */
const HIDDEN_ALIGNMENT_MS = 1_000;

/** A visible page. */
export function createPage(simulator: Simulator): Page {
  const listeners = new Map<string, Set<Listener>>();
  let waiting: (() => void)[] = [];
  let timers = 0;
  let isFrozen = false;
  let isWaking = false;
  let isGone = false;
  let frozenAtMs = 0;
  let frozenMs = 0;
  let isHidden = false;

  const dispatch = (run: () => void) => {
    if (isGone) return;
    if (isFrozen || isWaking) waiting.push(run);
    else run();
  };
  /** What came while it was frozen, each in a task of its own, as a browser's event loop has it, and before anything that comes now. */
  const catchUp = () => {
    if (isFrozen) return;
    const next = waiting.shift();
    isWaking = next !== undefined;
    if (next === undefined) return;
    next();
    simulator.after(0, catchUp);
  };
  const tell: Page['tell'] = (type, more = {}) => {
    for (const listener of [...(listeners.get(type) ?? [])]) listener({ type, ...more });
  };
  const setHidden = (hidden: boolean) => {
    if (isHidden === hidden) return;
    isHidden = hidden;
    tell('visibilitychange');
  };
  const after = (delayMs: number, run: () => unknown) => {
    const aligned = isHidden ? Math.ceil(delayMs / HIDDEN_ALIGNMENT_MS) * HIDDEN_ALIGNMENT_MS : delayMs;
    let isSet = true;
    timers += 1;
    const end = () => {
      if (!isSet) return false;
      isSet = false;
      timers -= 1;
      return true;
    };
    const cancel = simulator.after(aligned, () => {
      dispatch(() => {
        if (end()) run();
      });
    });
    return () => {
      if (end()) cancel();
    };
  };
  const events: PageEvents = {
    document: {
      get hidden() {
        return isHidden;
      },
    },
    addEventListener(type, listener) {
      const known = listeners.get(type) ?? new Set();
      listeners.set(type, known.add(listener));
    },
    removeEventListener(type, listener) {
      listeners.get(type)?.delete(listener);
    },
  };
  return {
    clock: { after, now: () => START_MS + simulator.nowMs },
    events,
    get timers() {
      return timers;
    },
    get listeners() {
      return [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
    },
    get isFrozen() {
      return isFrozen;
    },
    get frozenMs() {
      return frozenMs + (isFrozen ? simulator.nowMs - frozenAtMs : 0);
    },
    dispatch,
    tell,
    hide: () => setHidden(true),
    show: () => setHidden(false),
    freeze() {
      if (isFrozen) return;
      isFrozen = true;
      frozenAtMs = simulator.nowMs;
    },
    thaw() {
      if (!isFrozen) return;
      isFrozen = false;
      frozenMs += simulator.nowMs - frozenAtMs;
      isWaking = true;
      simulator.after(0, catchUp);
    },
    discard() {
      isGone = true;
      waiting = [];
      listeners.clear();
    },
  };
}
