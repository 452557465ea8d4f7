/**
 * Which functions there are: one per service, and two of the gateway's own behind the socket. Bundling and deploying both start here,
 * so that a function is never bundled under one name and deployed under another.
 */

import { type AnyService, routeRoots } from '@org/gateway-core';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import type { AnyServiceDeclaration } from '@org/gateway-server/service';
import type { StageSettings } from './settings.js';

/** Opens, closes and keeps connections, and passes on frames that name no service. */
export const SOCKET_FUNCTION = 'socket';

/** Sends the events of topics to their subscribers. */
export const FANOUT_FUNCTION = 'fanout';

/**
 * Names of the functions to bundle; each has its entry at `apps/api/src/{name}/main.ts`.
 *
 * @throws Error when a service takes a name or route that the gateway needs itself.
 */
export function functionNames(services: readonly AnyServiceDeclaration[], settings: StageSettings): readonly string[] {
  for (const { service } of services) checkService(service);
  const names = services.map(({ service }) => service.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`[SERVICE] two services are called "${repeated}"; rename one`);
  return settings.socket ? [...names, SOCKET_FUNCTION, FANOUT_FUNCTION] : names;
}

function checkService(service: AnyService): void {
  if (service.name === SOCKET_FUNCTION || service.name === FANOUT_FUNCTION) {
    throw new Error(`[SERVICE] a service is called "${service.name}", the name of one of the gateway's own functions; rename it`);
  }
  if (routeRoots(service).includes(RPC_ROOT)) {
    throw new Error(`[SERVICE] ${service.name} has routes under /${RPC_ROOT}, where procedures are called; move them`);
  }
}
