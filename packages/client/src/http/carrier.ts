/**
 * Gathers the calls of one synchronous burst into batches: per service, per kind and per headers. It waits for a microtask and no timer,
 * so a lone call leaves at once. PROTOCOL.md P2.5.
 */

import type { Call } from '../call.js';
import type { HttpOptions } from '../options.js';
import { sendBatch } from './batch.js';

/** Takes calls and sends them. Those that end before they are sent are not. @throws TypeError when there is no URL */
export function httpCarrier(options: HttpOptions): (call: Call) => void {
  if (!options.url) throw new TypeError(`url is ${options.url}, expected the API's, https://…`);
  let burst: Call[] = [];
  const flush = () => {
    const groups: Record<string, Call[]> = {};
    for (const call of burst) {
      if (call.ended) continue;
      const group = call.kind + call.path.split('.')[0] + JSON.stringify(call.headers);
      groups[group] ??= [];
      groups[group].push(call);
    }
    burst = [];
    for (const group in groups) sendBatch(groups[group] as Call[], options);
  };
  return (call) => {
    if (burst.push(call) === 1) queueMicrotask(flush);
  };
}
