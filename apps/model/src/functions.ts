/**
 * Lambda: a function runs in containers, each with one invocation at a time and with what the code remembers between them. A container
 * that crashes or runs out of time is gone in the middle of whatever it was doing: nothing of it goes on, and nobody is told why.
 */

import type { Faults } from './faults.js';
import type { Random } from './random.js';
import type { Simulator } from './simulator.js';
import type { Trace } from './trace.js';

/** What code in a container does its I/O through. */
export interface Host {
  readonly name: string;
  /** Does something outside of the container that takes time. In a container that dies meanwhile it never returns. */
  io<TResult>(run: () => Promise<TResult>): Promise<TResult>;
  /** What is left of the invocation. */
  remainingMs(): number;
}

/** What became of an invocation. */
export type Invoked<TResult> =
  | { readonly ok: true; readonly result: TResult }
  | { readonly ok: false; readonly why: 'crashed' | 'timed out' | 'throttled' | 'threw' };

/** A deployed function. */
export interface ModelFunction<TEvent, TResult> {
  readonly name: string;
  /** Never rejects. */
  invoke(event: TEvent): Promise<Invoked<TResult>>;
  /** Invocations that are running. */
  readonly running: number;
}

export interface FunctionParts {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
}

export interface FunctionDefinition<TEvent, TResult> {
  readonly name: string;
  readonly timeoutMs: number;
  /** The code, started once in every container. */
  readonly start: (host: Host) => (event: TEvent) => Promise<TResult>;
}

interface Container<TEvent, TResult> {
  readonly handle: (event: TEvent) => Promise<TResult>;
  endsAtMs: number;
  isDead: boolean;
  /** Ends the invocation that runs. */
  die: (why: 'crashed' | 'timed out') => void;
}

/** Never settles. One for each who waits: a shared one would keep them all for ever. */
const never = () => new Promise<never>(() => {});

/** Deploys a function. */
export function createFunction<TEvent, TResult>(
  { simulator, random, faults, trace }: FunctionParts,
  { name, timeoutMs, start }: FunctionDefinition<TEvent, TResult>,
): ModelFunction<TEvent, TResult> {
  const idle: Container<TEvent, TResult>[] = [];
  let running = 0;
  let started = 0;

  const open = (): Container<TEvent, TResult> => {
    started += 1;
    const own = `${name}${started}`;
    const host: Host = {
      name: own,
      remainingMs: () => container.endsAtMs - simulator.nowMs,
      async io(run) {
        if (container.isDead) return never();
        if (faults.hit('function crashed')) {
          container.die('crashed');
          return never();
        }
        if (faults.hit('function stalled')) await simulator.sleep(timeoutMs);
        if (container.isDead) return never();
        try {
          const result = await run();
          return container.isDead ? never() : result;
        } catch (cause) {
          if (container.isDead) return never();
          throw cause;
        }
      },
    };
    const container: Container<TEvent, TResult> = { handle: start(host), endsAtMs: 0, isDead: false, die: () => {} };
    return container;
  };

  const runIn = async (container: Container<TEvent, TResult>, event: TEvent): Promise<Invoked<TResult>> => {
    container.endsAtMs = simulator.nowMs + timeoutMs;
    const died = new Promise<Invoked<TResult>>((resolve) => {
      container.die = (why) => {
        if (container.isDead) return;
        container.isDead = true;
        trace.note(name, why);
        resolve({ ok: false, why });
      };
    });
    const cancel = simulator.after(timeoutMs, () => container.die('timed out'));
    const done = container.handle(event).then(
      (result): Invoked<TResult> => ({ ok: true, result }),
      (cause: unknown): Invoked<TResult> => {
        trace.note(name, 'threw', String(cause));
        return { ok: false, why: 'threw' };
      },
    );
    const invoked = await Promise.race([done, died]);
    cancel();
    if (!container.isDead) idle.push(container);
    return invoked;
  };

  return {
    name,
    get running() {
      return running;
    },
    async invoke(event) {
      if (faults.hit('function throttled')) return { ok: false, why: 'throttled' };
      running += 1;
      let warm = idle.pop();
      // What one left running may have been the end of it.
      while (warm?.isDead) warm = idle.pop();
      await simulator.sleep(warm ? random.between(1, 5) : random.between(150, 1_200));
      const invoked = await runIn(warm === undefined || warm.isDead ? open() : warm, event);
      running -= 1;
      return invoked;
    },
  };
}
