/**
 * DynamoDB as a function sees it: a table with latency and with everything that can go wrong between a request and its answer. What is done
 * is done in one moment, somewhere between the two.
 */

import { GatewayError } from '@org/gateway-core/errors';
import type { Clock, ConditionalRow, KeyTable } from '@org/gateway-server/parts';
import type { Faults } from './faults.js';
import type { Host } from './functions.js';
import type { Random } from './random.js';
import type { Simulator } from './simulator.js';
import type { MemoryTable } from './table.js';

export interface StoreParts {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly faults: Faults;
}

/** Epoch milliseconds of the simulator's 0: 2024-05-01T12:00:00Z. */
export const START_MS = 1_714_564_800_000;

/** Time as a function's code has it. */
export function clockOf(simulator: Simulator, host: Host): Clock {
  return {
    now: () => START_MS + simulator.nowMs,
    sleep: (delayMs, signal) =>
      host.io(
        () =>
          new Promise((resolve) => {
            const wake = () => {
              cancel();
              signal?.removeEventListener('abort', wake);
              resolve();
            };
            const cancel = simulator.after(delayMs, wake);
            if (signal?.aborted) wake();
            else signal?.addEventListener('abort', wake);
          }),
      ),
  };
}

/** A table with faults, for the code in one container. */
export function faultyTable(parts: StoreParts, host: Host, table: MemoryTable): KeyTable {
  const read = <TResult>(run: () => TResult) => host.io(() => reading(parts, run));
  const write = <TResult>(run: () => TResult) => host.io(() => writing(parts, run));
  return {
    get: (pk, sk) => read(() => table.get(pk, sk)),
    put: (row, condition) => write(() => table.put(row, condition)),
    putAll: (rows) => write(() => transact(parts, table, rows)),
    update: (pk, sk, set, condition) => write(() => table.update(pk, sk, set, condition)),
    delete: (pk, sk, condition) => write(() => table.delete(pk, sk, condition)),
    query: async function* (range) {
      yield await read(() => table.query(range));
    },
  };
}

/**
 * All or none. While a transaction is committed a query may see some of its rows and not yet others.
 * Source: DynamoDB developer guide, "Isolation levels between operations and transaction operations".
 */
function transact({ faults, random, simulator }: StoreParts, table: MemoryTable, rows: readonly ConditionalRow[]): boolean {
  if (!table.allows(rows)) return false;
  const isSlow = faults.hit('transaction seen half');
  for (const { row } of rows) {
    table.put(row);
    if (isSlow && random.chance(0.5)) simulator.after(random.between(1, 40), table.hide(String(row.pk), String(row.sk)));
  }
  return true;
}

async function reading<TResult>(parts: StoreParts, run: () => TResult): Promise<TResult> {
  await wait(parts);
  if (parts.faults.hit('table throttled')) throw busy();
  return run();
}

async function writing<TResult>(parts: StoreParts, run: () => TResult): Promise<TResult> {
  const { faults, random, simulator } = parts;
  await wait(parts);
  if (faults.hit('table throttled')) throw busy();
  if (faults.hit('write late')) {
    simulator.after(random.between(10, 5_000), run);
    throw busy();
  }
  const result = run();
  if (faults.hit('answer lost')) {
    await wait(parts);
    throw busy();
  }
  if (faults.hit('write repeated')) {
    await wait(parts);
    return run();
  }
  // Every so often there is room between what was done and its answer for what others do.
  if (random.chance(0.3)) await wait(parts);
  return result;
}

/** 2 to 8 ms, as DynamoDB takes them, and now and then a second. */
async function wait({ simulator, random, faults }: StoreParts): Promise<void> {
  await simulator.sleep(faults.hit('table slow') ? random.between(100, 1_500) : random.between(2, 8));
}

function busy(): GatewayError {
  return new GatewayError('SERVICE_UNAVAILABLE', '[SERVICE_UNAVAILABLE] the table is busy; try again');
}
