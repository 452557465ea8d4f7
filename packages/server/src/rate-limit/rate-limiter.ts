/**
 * Counts calls of one caller to one procedure, in the table of connections: `L#{procedure}#{caller}` with `#`. A token bucket in the form of
 * the generic cell rate algorithm, which needs one number: the time at which the bucket is full again. A call that finds it full is one
 * conditional write; so is the answer to one too many, but for a read.
 * https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 *
 * A table that cannot be asked lets calls through: a limit must not be what brings the service down.
 */

import type { CallerLimit } from '@org/gateway-core';
import type { Logger } from '../telemetry/logger.js';
import type { KeyTable, RowCondition } from '../topics/key-table.js';
import { type Clock, ttlSeconds } from '../websocket/clock.js';

/** A call to be counted. */
export interface CountedCall {
  /** `service.procedure` */
  readonly path: string;
  /** Who calls: a user, or an address. */
  readonly caller: string;
  readonly limit: CallerLimit;
}

export interface RateLimiter {
  /** Takes a call out of the bucket: 0, or the milliseconds after which there is one. Never rejects. */
  take(call: CountedCall): Promise<number>;
}

export interface RateLimiterParts {
  readonly table: Pick<KeyTable, 'get' | 'update'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

/** Calls of one caller at the same moment that are counted one after the other. */
const ATTEMPTS = 5;

const ROW = '#';

/** A bucket that is in use in this function. */
interface Bucket {
  readonly pk: string;
  /** When it is full again, as last read or written; never later than it really is. */
  fullAtMs: number;
  /** The end of the last call: those of a batch would only get into each other's way. */
  last: Promise<unknown>;
}

/** Counts in a table. */
export function createRateLimiter({ table, clock, log }: RateLimiterParts): RateLimiter {
  const buckets = new Map<string, Bucket>();

  /** Writes when the bucket is full next, if the condition holds. */
  const write = async (bucket: Bucket, fullAtMs: number, condition: RowCondition): Promise<boolean> => {
    const row = { fullAtMs, ttl: ttlSeconds(fullAtMs + 1_000) };
    if (!(await table.update(bucket.pk, ROW, row, condition))) return false;
    bucket.fullAtMs = fullAtMs;
    return true;
  };

  const take = async (bucket: Bucket, { burst, everyMs }: CallerLimit): Promise<number> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const nowMs = clock.now();
      const { fullAtMs } = bucket;
      const waitMs = fullAtMs - nowMs - (burst - 1) * everyMs;
      if (waitMs > 0) return Math.ceil(waitMs);
      const isFull = fullAtMs <= nowMs;
      const condition = isFull ? { rising: { fullAtMs: nowMs } } : { equal: { fullAtMs } };
      if (await write(bucket, (isFull ? nowMs : fullAtMs) + everyMs, condition)) return 0;
      bucket.fullAtMs = Number((await table.get(bucket.pk, ROW))?.fullAtMs ?? 0);
    }
    return Math.ceil(everyMs);
  };

  const counted = async (bucket: Bucket, { path, limit }: CountedCall): Promise<number> => {
    try {
      return await take(bucket, limit);
    } catch (cause) {
      log.warn('calls cannot be counted, this one is let through', { path, cause });
      return 0;
    }
  };

  return {
    take: (call) => {
      const pk = `L#${call.path}#${call.caller}`;
      const bucket = buckets.get(pk) ?? { pk, fullAtMs: 0, last: Promise.resolve() };
      buckets.set(pk, bucket);
      const mine = bucket.last.then(() => counted(bucket, call));
      bucket.last = mine;
      void mine.then(() => bucket.last === mine && buckets.delete(pk));
      return mine;
    },
  };
}
