/** A table's client for tests: pauses that take no time and are written down, and ids that count. */

import { createTableClient } from './table-client.js';
import type { TableClientOptions } from './table-parts.js';

/** `pausesMs` gets the length of every pause; `random` is 1/2. */
export function tableClient(options: Pick<TableClientOptions, 'grant' | 'tableName' | 'dynamo'>, pausesMs: number[] = []) {
  let ids = 0;
  return createTableClient({
    ...options,
    clock: {
      sleep: async (delayMs) => {
        pausesMs.push(delayMs);
      },
    },
    random: () => 0.5,
    newId: () => `id-${++ids}`,
  });
}
