/**
 * Looks a procedure up by its path. For the parts that bring the contract.
 */

import type { AnyContract, AnyProcedure } from '@org/gateway-core';

/** The procedure at `service.name`, if the contract has it. */
export function procedureAt({ services }: AnyContract, path: string): AnyProcedure | undefined {
  const [service = '', name = ''] = path.split('.');
  const { procedures = {} } = Object.hasOwn(services, service) ? (services[service] ?? {}) : {};
  return Object.hasOwn(procedures, name) ? procedures[name] : undefined;
}
