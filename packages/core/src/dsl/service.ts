/**
 * A service: procedures that are deployed together as one Lambda with one role and one bundle. A batch stays inside a service,
 * and so do its permissions. `service` checks what types cannot: names, and routes that would shadow each other.
 */

import type { AnyProcedure } from './procedure.js';
import type { Route } from './route.js';

export type ProcedureRecord = Readonly<Record<string, AnyProcedure>>;

/** A named group of procedures. */
export interface Service<TName extends string, TProcedures extends ProcedureRecord> {
  readonly name: TName;
  readonly procedures: TProcedures;
}

export type AnyService = Service<string, ProcedureRecord>;

/** Names a proxy client cannot carry: `then` makes it a promise, the others are functions' own. */
const RESERVED = new Set(['then', 'call', 'apply', 'constructor', 'prototype', '__proto__']);
const NAME = /^[a-z][A-Za-z0-9]{0,63}$/;

/**
 * Groups procedures into a service.
 *
 * @throws TypeError for a malformed or reserved name, or for two routes that match the same request.
 */
export function service<const TName extends string, TProcedures extends ProcedureRecord>(
  name: TName,
  procedures: TProcedures,
): Service<TName, TProcedures> {
  checkName('service', name);
  for (const procedure of Object.keys(procedures)) checkName(`procedure of ${name}`, procedure);
  checkRoutes(name, procedures);
  return { name, procedures };
}

/** @throws TypeError for a malformed or reserved name. */
export function checkName(what: string, name: string): void {
  if (NAME.test(name) && !RESERVED.has(name)) return;
  throw new TypeError(
    `[CONTRACT] bad name for a ${what}: got "${name}", expected letters and digits starting with a small letter, at most 64, none of ${[...RESERVED].join(', ')}`,
  );
}

function checkRoutes(service: string, procedures: ProcedureRecord): void {
  const seen = new Map<string, string>();
  for (const [name, { route }] of Object.entries(procedures)) {
    if (!route) continue;
    const key = routeKey(route);
    const other = seen.get(key);
    if (other)
      throw new TypeError(
        `[CONTRACT] ${service}.${name} and ${service}.${other} have the same route ${route.method} ${route.path}; change one`,
      );
    seen.set(key, name);
  }
}

/** Two routes with the same key match the same requests, whatever their parameters are called. */
export function routeKey(route: Route): string {
  return `${route.method} /${route.segments.map((segment) => ('literal' in segment ? segment.literal : '{}')).join('/')}`;
}
