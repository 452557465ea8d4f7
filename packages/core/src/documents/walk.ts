/**
 * The procedures of a contract one after the other, in the order they were written, with the names they have on the wire.
 */

import type { AnyContract } from '../dsl/contract.js';
import type { AnyProcedure } from '../dsl/procedure.js';
import type { Route } from '../dsl/route.js';

/** A procedure and its names. */
export interface NamedProcedure {
  readonly service: string;
  readonly name: string;
  /** `service.name`. */
  readonly path: string;
  readonly procedure: AnyProcedure;
}

/** Every procedure of the contract. */
export function procedures(contract: AnyContract): readonly NamedProcedure[] {
  return Object.values(contract.services).flatMap((service) =>
    Object.entries(service.procedures).map(([name, procedure]) => ({
      service: service.name,
      name,
      path: `${service.name}.${name}`,
      procedure,
    })),
  );
}

/** The parameters of a route's path, in its order. */
export function parametersOf(route: Route): readonly string[] {
  return route.segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []));
}
