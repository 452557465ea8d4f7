/**
 * Which calls of a burst travel together: batches are of one service, kind, deadline and headers, and a query joins one that is under way with
 * the same input. PROTOCOL.md P2.5 and P2.12.
 */

import type { Call } from '../call.js';
import type { HeaderRecord } from '../options.js';
import type { Flight } from './flight.js';

/** Batches of what has to be sent. `underWay` has all flights that are not over, by what makes queries identical. */
export function gather(calls: readonly Call[], signed: HeaderRecord | undefined, underWay: Map<unknown, Flight>): readonly Flight[][] {
  const groups: Record<string, Flight[]> = {};
  calls.forEach((call, position) => {
    if (call.ended) return;
    const { kind, path, json, key, timeoutMs, endsAtMs, headers } = call;
    // A key of the caller's own is for one call: that one travels alone.
    const group = JSON.stringify([kind, path.split('.')[0], timeoutMs, key && position, { ...signed, ...headers }]);
    const id = kind === 'query' ? group + path + json : call;
    const own = new Set<Call>();
    const flight: Flight = underWay.get(id) ?? {
      // Not a copy of the call: V8 takes fifty times as long to add functions to one.
      kind,
      path,
      json,
      key,
      endsAtMs,
      headers,
      calls: own,
      end(outcome: unknown) {
        for (const each of own) each.end(outcome);
      },
    };
    if (!flight.calls.size) {
      underWay.set(id, flight);
      groups[group] ??= [];
      groups[group].push(flight);
    }
    flight.calls.add(call);
    call.onEnd = () => {
      flight.calls.delete(call);
      if (flight.calls.size) return;
      underWay.delete(id);
      flight.onOver?.();
    };
  });
  return Object.values(groups);
}
