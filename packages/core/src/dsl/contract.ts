/**
 * The contract: every service of an organisation's API. Annotate the constant that holds it with `Contract<{ documents: typeof
 * documents }>`: an unannotated one makes TypeScript print every service's types a second time (and fail with TS7056 at size).
 */

import type { AnyService } from './service.js';

export type ServiceRecord = Readonly<Record<string, AnyService>>;

/** All services by name. */
export interface Contract<TServices extends ServiceRecord> {
  readonly services: TServices;
}

export type AnyContract = Contract<ServiceRecord>;

/**
 * Puts services together.
 *
 * @throws TypeError when a key differs from its service's name, or when two services claim the same first route segment:
 * API Gateway sends everything under a first segment to one service's function.
 */
export function defineContract<TServices extends ServiceRecord>(services: TServices): Contract<TServices> {
  const owners = new Map<string, string>();
  for (const [key, service] of Object.entries(services)) {
    if (key !== service.name) throw new TypeError(`[CONTRACT] service "${service.name}" stands under the key "${key}"; use its own name`);
    for (const segment of routeRoots(service)) {
      const owner = owners.get(segment);
      if (owner !== undefined)
        throw new TypeError(`[CONTRACT] services ${owner} and ${key} both have routes under /${segment}; move one of them`);
      owners.set(segment, key);
    }
  }
  return { services };
}

/** The first segments of a service's routes, each once: what API Gateway routes to its function. */
export function routeRoots(service: AnyService): readonly string[] {
  const roots = Object.values(service.procedures).flatMap(({ route }) => {
    const first = route?.segments[0];
    return first && 'literal' in first ? [first.literal] : [];
  });
  return [...new Set(roots)];
}
