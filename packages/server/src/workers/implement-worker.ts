/**
 * Binds a handler to a declared worker. The types do the checking; at run time a handler that is missing all the same (plain JavaScript)
 * is refused when the function starts.
 */

import type { AnyService } from '@org/gateway-core';
import type { Uses } from '../service/define-service.js';
import type { WorkerDeclaration, WorkerSource } from '../service/worker.js';
import type { AnyWorkerHandler, WorkerContext, WorkerHandler, WorkerImplementation } from './worker-types.js';

/**
 * @throws TypeError that names every field without a handler, every handler without a field, or that there is no handler.
 */
export function implementWorker<TSource extends WorkerSource, TUses extends Uses, TAnnounces extends AnyService | undefined>(
  declaration: WorkerDeclaration<TSource, TUses, TAnnounces>,
  handler: NoInfer<WorkerHandler<TSource, WorkerContext<TUses, TAnnounces>>>,
): WorkerImplementation {
  const { name, source } = declaration;
  if (source.kind === 'fields') checkFields(name, source.fields, handler as object);
  else if (typeof handler !== 'function') throw new TypeError(`[WORKER] ${name}: got ${typeof handler}, expected a function`);
  return { declaration, handler: handler as WorkerImplementation['handler'] };
}

function checkFields(name: string, fields: readonly string[], handlers: object): void {
  const given = handlers as Readonly<Record<string, AnyWorkerHandler | undefined>>;
  const missing = fields.filter((field) => typeof given[field] !== 'function');
  const superfluous = Object.keys(given).filter((field) => !fields.includes(field));
  if (missing.length + superfluous.length === 0) return;
  throw new TypeError(`[WORKER] ${name}: no handler for [${missing.join(', ')}], no field for [${superfluous.join(', ')}]`);
}
