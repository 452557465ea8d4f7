/**
 * Binds handlers to a declared service. The types do the checking; at run time a handler that is missing all the same (plain
 * JavaScript) is refused when the function starts, not when it is called.
 */

import type { AnyService } from '@org/gateway-core';
import type { ServiceDeclaration, Uses, Vouching } from '../service/define-service.js';
import type { AnyHandler, Handlers, Implementation } from './handler-types.js';

/**
 * @throws TypeError that names every procedure without a handler and every handler without a procedure.
 */
export function implement<TService extends AnyService, TUses extends Uses, TClaims, TVouching extends Vouching>(
  declaration: ServiceDeclaration<TService, TUses, TClaims, TVouching>,
  handlers: NoInfer<Handlers<TService, TUses, TClaims, TVouching>>,
): Implementation {
  const { name, procedures } = declaration.service;
  const missing = Object.keys(procedures).filter((procedure) => typeof handlers[procedure] !== 'function');
  const superfluous = Object.keys(handlers).filter((handler) => !Object.hasOwn(procedures, handler));
  if (missing.length + superfluous.length > 0) {
    throw new TypeError(`[SERVICE] ${name}: no handler for [${missing.join(', ')}], no procedure for [${superfluous.join(', ')}]`);
  }
  return { declaration, handlers: handlers as Readonly<Record<string, AnyHandler>> };
}
