/**
 * The clients that `uses` grants, over what a test gives for them. A handler that uses more than its service declares fails in the test as
 * it fails on AWS.
 */

import type { AnyServiceDeclaration } from '../service/define-service.js';
import type { AnyGrant } from '../service/grant.js';
import { isPresenceGrant } from '../service/presence.js';

/** Stands in for a client: its operations by name. */
export type TestDouble = object;

/** What a service's `ctx` gets, by the names in its `uses`; those of presence are made for each call (`callers`). */
export function grantedClients(
  { service: { name }, uses }: AnyServiceDeclaration,
  given: Readonly<Record<string, TestDouble>>,
): Readonly<Record<string, unknown>> {
  const stored = Object.entries(uses).filter(([, grant]) => !isPresenceGrant(grant));
  return Object.fromEntries(stored.map(([use, grant]) => [use, granted(`${name}.${use}`, grant, given[use])]));
}

function granted(path: string, { operations }: AnyGrant, double: TestDouble | undefined): object {
  const target = double ?? {};
  return new Proxy(target, {
    get(_, operation) {
      // Whatever looks at it without calling: `await`, a debugger.
      if (typeof operation !== 'string' || operation === 'then') return undefined;
      if (!double) throw new Error(`the test gives no client for ${path}, whose ${operation} is used: name it in \`clients\``);
      if (!operations.includes(operation)) throw new Error(`${path} is not allowed to ${operation}: add it to \`uses\``);
      const found: unknown = Reflect.get(target, operation);
      if (found === undefined) throw new Error(`the client that the test gives for ${path} has no ${operation}`);
      // As its own method: what it uses itself needs no grant.
      return typeof found === 'function' && Object.keys(found).length === 0 ? found.bind(target) : found;
    },
  });
}
