/**
 * Gathers the calls of one synchronous burst into batches: per service, per kind and per headers. It waits for a microtask and no timer,
 * so a lone call leaves at once. PROTOCOL.md P2.5.
 */

import { type Call, serviceOf } from '../call.js';
import type { HttpOptions } from '../options.js';
import { sendBatch } from './batch.js';

/** Takes calls and sends them. Those that end before they are sent are not. @throws TypeError when there is no URL */
export function httpCarrier(options: HttpOptions): (call: Call) => void {
  if (!options.url) throw new TypeError(`url is ${options.url}, expected the API's, https://…`);
  let groups: Map<string, Call[]> | undefined;
  const flush = () => {
    for (const group of groups?.values() ?? []) {
      const calls = group.filter((call) => !call.ended);
      if (calls.length) sendBatch(calls, options);
    }
    groups = undefined;
  };
  return (call) => {
    if (!groups) {
      groups = new Map();
      queueMicrotask(flush);
    }
    const key = call.kind + serviceOf(call.path) + JSON.stringify(call.headers);
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  };
}
