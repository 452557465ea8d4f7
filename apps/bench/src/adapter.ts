/**
 * CPU per invocation of the server adapter against bare zod and stock tRPC. Goal 1.1x, limit 1.5x.
 */

import { bareZod, ours, stockTrpc } from './contestants.js';
import { paired, printPaired, type Round } from './paired.js';
import { restEvent } from './workload.js';

/** Runs and prints the comparison. */
export async function benchAdapter(): Promise<void> {
  const handles = { 'bare zod': bareZod(), 'this gateway': ours(), 'tRPC aws-lambda adapter': stockTrpc() };
  for (const batched of [false, true]) {
    const rounds = Object.fromEntries(
      Object.entries(handles).map(([name, handle]): [string, Round] => [
        name,
        async (times) => {
          for (let at = 0; at < times; at += 1) {
            const { statusCode } = await handle(restEvent(batched));
            if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}`);
          }
        },
      ]),
    );
    printPaired(
      batched ? 'REST invocation, batch of 10' : 'REST invocation, one call',
      await paired(rounds, { rounds: 40, times: batched ? 200 : 1_500 }),
    );
  }
}
