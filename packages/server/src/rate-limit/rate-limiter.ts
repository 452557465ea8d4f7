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
import type { KeyTable } from '../topics/key-table.js';
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

/** Counts in a table. */
export function createRateLimiter({ table, clock, log }: RateLimiterParts): RateLimiter {
  const take = async ({ path, caller, limit: { burst, everyMs } }: CountedCall): Promise<number> => {
    const pk = `L#${path}#${caller}`;
    const write = (fullAtMs: number, condition: Parameters<KeyTable['update']>[3]) =>
      table.update(pk, ROW, { fullAtMs, ttl: ttlSeconds(fullAtMs + 1_000) }, condition);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const nowMs = clock.now();
      if (await write(nowMs + everyMs, { rising: { fullAtMs: nowMs } })) return 0;
      const fullAtMs = Number((await table.get(pk, ROW))?.fullAtMs ?? 0);
      const waitMs = fullAtMs - nowMs - (burst - 1) * everyMs;
      if (waitMs > 0) return Math.ceil(waitMs);
      if (fullAtMs > nowMs && (await write(fullAtMs + everyMs, { equal: { fullAtMs } }))) return 0;
    }
    return Math.ceil(everyMs);
  };
  const counted = async (call: CountedCall): Promise<number> => {
    try {
      return await take(call);
    } catch (cause) {
      log.warn('calls cannot be counted, this one is let through', { path: call.path, cause });
      return 0;
    }
  };
  /** The last call of each bucket: those of a batch would only get into each other's way. */
  const last = new Map<string, Promise<number>>();
  return {
    take: (call) => {
      const bucket = `${call.path}#${call.caller}`;
      const mine = (last.get(bucket) ?? Promise.resolve()).then(() => counted(call));
      last.set(bucket, mine);
      void mine.then(() => last.get(bucket) === mine && last.delete(bucket));
      return mine;
    },
  };
}
