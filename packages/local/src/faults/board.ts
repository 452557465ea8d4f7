/**
 * The faults that are injected now. Each part of the stage asks it at every occasion what to do wrong; the answer is nothing nearly always.
 * Draws come from one seeded source, and a fault without `oneIn` draws nothing, so that one does not shift another's sequence.
 */
import { createTokenBucket, type TokenBucket } from '../gateway/throttle.js';
import type { Clock, Report } from '../parts.js';
import type { Delay, FaultAt, InjectedFault, Occasions, StageFault, TextMatch } from './fault.js';

export interface FaultBoardOptions {
  readonly clock: Clock;
  readonly report: Report;
  /** Source of the draws, in [0, 1). */
  readonly random: () => number;
}

/** What the parts of a stage ask. */
export interface FaultBoard {
  inject(fault: StageFault): InjectedFault;
  /** Whether a place has faults at all: whoever would have to prepare the question asks this first. */
  has(place: StageFault['at']): boolean;
  /** The faults that hit an occasion, in the order they were injected. Each is counted. */
  draw<TPlace extends StageFault['at']>(place: TPlace, occasion: Occasions[TPlace]): readonly FaultAt<TPlace>[];
  /** How long an effect delays, 0 for one that is no delay. Draws for a random one. */
  delayMs(effect: unknown): number;
}

/** Everything that a fault may ask about an occasion. */
interface Asked {
  readonly connectionId?: string;
  readonly functionName?: string;
  readonly operation?: string;
  readonly caller?: string;
  readonly table?: string;
  readonly when?: 'before' | 'after';
  readonly text?: string;
  readonly records?: Occasions['batch']['records'];
}

/** A board without faults. */
export function createFaultBoard({ clock, report, random }: FaultBoardOptions): FaultBoard {
  const injected = new Set<Injected>();
  return {
    inject(fault) {
      const entry = new Injected(fault, clock, () => injected.delete(entry));
      injected.add(entry);
      return entry;
    },
    has: (place) => [...injected].some(({ fault }) => fault.at === place),
    draw<TPlace extends StageFault['at']>(place: TPlace, occasion: Occasions[TPlace]) {
      const hit = [...injected].filter(({ fault }) => fault.at === place && fits(fault, occasion)).filter((entry) => entry.draw(random));
      for (const { fault } of hit)
        report({ level: 'info', part: 'fault', message: `${place}: ${JSON.stringify(fault.effect)}`, detail: logged(occasion) });
      return hit.map(({ fault }) => fault as FaultAt<TPlace>);
    },
    delayMs(effect) {
      if (!isDelay(effect)) return 0;
      return 'delayMs' in effect ? effect.delayMs : Math.floor(random() * effect.maxDelayMs);
    },
  };
}

class Injected implements InjectedFault {
  hits = 0;
  readonly fault: StageFault;
  readonly end: () => void;
  readonly #spare: TokenBucket;
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  #passed = 0;

  constructor(fault: StageFault, clock: Clock, end: () => void) {
    const { perSecond } = fault;
    this.fault = fault;
    this.end = end;
    this.#spare = perSecond === undefined ? () => false : createTokenBucket({ ratePerSecond: perSecond, burst: perSecond }, clock);
  }

  reached(count = 1): Promise<void> {
    if (this.hits >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ count, resolve }));
  }

  /** Whether a fitting occasion is hit. */
  draw(random: () => number): boolean {
    const { after = 0, times = Number.POSITIVE_INFINITY, oneIn = 1 } = this.fault;
    if (this.hits >= times) return false;
    if (this.#passed < after) {
      this.#passed += 1;
      return false;
    }
    if (this.#spare() || (oneIn !== 1 && random() * oneIn >= 1)) return false;
    this.hits += 1;
    if (this.hits >= times) this.end();
    for (const wait of this.#waiting) if (this.hits >= wait.count) wait.resolve();
    return true;
  }
}

function fits(fault: StageFault & Partial<Record<keyof Asked | 'record', unknown>>, asked: Asked): boolean {
  const { connectionId, functionName, operation, caller, table, when = 'before', text, record } = fault as Wanted;
  return (
    (connectionId === undefined || connectionId === asked.connectionId) &&
    (operation === undefined || operation === asked.operation) &&
    (functionName === undefined || asked.functionName?.includes(functionName) === true) &&
    (caller === undefined || asked.caller?.includes(caller) === true) &&
    (table === undefined || asked.table?.includes(table) === true) &&
    (asked.when === undefined || when === asked.when) &&
    (text === undefined || (asked.text !== undefined && textFits(text, asked.text))) &&
    (record === undefined || asked.records?.some(record) === true)
  );
}

type Wanted = Omit<Asked, 'text' | 'records'> & { readonly text?: TextMatch; readonly record?: FaultAt<'batch'>['record'] };

function textFits(wanted: TextMatch, text: string): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted(text);
}

function isDelay(effect: unknown): effect is Delay {
  return typeof effect === 'object' && effect !== null && ('delayMs' in effect || 'maxDelayMs' in effect);
}

/** What the journal has of an occasion: names, not contents. */
function logged({ connectionId, functionName, operation, caller, table }: Asked): Readonly<Record<string, unknown>> {
  return { connectionId, functionName, operation, caller, table };
}
