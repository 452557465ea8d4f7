/**
 * What can go wrong, how often, and what of it goes wrong under a seed: each seed has some kinds of faults and lacks others, because a
 * fault is found by what it does alone, and hidden by another that has the connection reopened all the time anyway.
 */

import type { Random } from './random.js';

/** Faults of single operations: how often one has it. */
const OF_OPERATIONS = {
  /** A handshake is refused: by the network, or by a `$connect` that failed. */
  'connect refused': 0.1,
  /** A handshake that nobody answers. */
  'connect hangs': 0.05,
  /** A client's frame reaches its function late, behind others that were sent after it. */
  'frame late': 0.05,
  /** `@connections` said 200 and nothing arrives. */
  'post lost': 0.02,
  'post twice': 0.02,
  /** It arrives up to half a second late, behind others. */
  'post late': 0.05,
  /** 429 of the account or of the connection's buffer. */
  'post throttled': 0.03,
  /** 500, and nobody knows whether it arrived. */
  'post failed': 0.02,
  /** 410 for a connection that is open. */
  'post gone': 0.005,
  /** What a function answered does not reach the client. */
  'reply lost': 0.01,
  'disconnect lost': 0.2,
  /** `$disconnect` comes minutes later. */
  'disconnect late': 0.1,
  /** Lambda has no room: API Gateway answers for it. */
  'function throttled': 0.005,
  /** Dies at some point of an invocation. */
  'function crashed': 0.002,
  /** One operation of it takes longer than the function may run. */
  'function stalled': 0.0005,
  'table slow': 0.01,
  /** Nothing was done. */
  'table throttled': 0.005,
  /** It was done, and the caller is told that it was not. */
  'answer lost': 0.005,
  /** It was done, the answer was lost, and the SDK did it again. */
  'write repeated': 0.005,
  /** The caller has given up, and then it is done. */
  'write late': 0.002,
  /** A query sees some rows of a transaction, and others not yet. */
  'transaction seen half': 0.2,
  /** A batch of the stream is handed out again, though it was worked off. */
  'batch repeated': 0.02,
  /** Records wait for up to a minute. */
  'stream late': 0.01,
  /** Dies after its event was stored, and does it again. */
  'publisher died': 0.05,
  /** A loop that reads events takes its time. */
  'reader slow': 0.02,
} as const;

/** Faults that come by themselves: how often in an hour, to each client or in all. */
const OF_TIME = {
  'link reset': 12,
  /** The peer is gone, and nobody says so. */
  'link half-open': 6,
  /** Nothing passes from the client for a while. */
  'link deaf': 6,
  /** Nothing passes to the client for a while. */
  'link mute': 6,
  'link slow': 6,
  'connection cut': 6,
  'page offline': 6,
  'page hidden': 6,
  'page frozen': 6,
  'page cached': 4,
  'client reloaded': 4,
} as const;

/** Faults that come once in many runs: how often in an hour, in all. */
const RARE = {
  /** The memory of a topic is lost: a new epoch. */
  'epoch lost': 0.5,
} as const;

export type OperationFault = keyof typeof OF_OPERATIONS;
export type TimeFault = keyof typeof OF_TIME | keyof typeof RARE;
export type Fault = OperationFault | TimeFault;

/** All kinds, in the order of a table. */
export const FAULTS = [...Object.keys(OF_OPERATIONS), ...Object.keys(OF_TIME), ...Object.keys(RARE)] as readonly Fault[];

/** The faults of a run. */
export interface Faults {
  /** Whether this operation has this fault now. */
  hit(fault: OperationFault): boolean;
  /** Counts a fault that comes by itself. */
  count(fault: TimeFault): void;
  /** How often in an hour; 0 when this run does not have it. */
  perHour(fault: TimeFault): number;
  /** From now on nothing goes wrong. */
  stop(): void;
  readonly isOver: boolean;
  readonly counts: ReadonlyMap<Fault, number>;
}

/** How many of the kinds a seed has. */
const SHARES = [0, 0.15, 0.5, 0.5, 1] as const;
/** How often they come, compared with the tables above. */
const INTENSITIES = [0.5, 1, 1, 3] as const;

export interface FaultOptions {
  readonly random: Random;
  /** How often faults come that come by themselves, compared with the tables above. */
  readonly pace: number;
  /** Only these; for finding out which faults it takes. @default what the seed says */
  readonly only?: ReadonlySet<Fault> | undefined;
  /** How often they come, compared with the tables above. @default what the seed says */
  readonly intensity?: number | undefined;
}

/** Draws what a seed has. */
export function createFaults({ random, pace, only, intensity: wanted }: FaultOptions): Faults {
  const share = random.pick(SHARES);
  const ownIntensity = random.pick(INTENSITIES);
  const intensity = wanted ?? ownIntensity;
  const drawn = new Set(FAULTS.filter(() => random.chance(share)));
  const has = (fault: Fault) => (only ?? drawn).has(fault);
  const counts = new Map<Fault, number>();
  const count = (fault: Fault) => void counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const rates = new Map(Object.entries(OF_OPERATIONS).map(([fault, rate]) => [fault, has(fault as Fault) ? rate * intensity : 0]));
  const perHour: Readonly<Record<TimeFault, number>> = { ...OF_TIME, ...RARE };
  let isOver = false;
  return {
    counts,
    get isOver() {
      return isOver;
    },
    hit(fault) {
      const rate = rates.get(fault);
      if (isOver || !rate || !random.chance(rate)) return false;
      count(fault);
      return true;
    },
    count,
    perHour: (fault) => (has(fault) ? perHour[fault] * intensity * pace : 0),
    stop() {
      isOver = true;
    },
  };
}
