/**
 * Which functions there are: one per service and worker of the stage, three of the gateway's own behind the socket, and one behind the
 * sequencer's queue where a subscription is sequenced. Bundling and deploying
 * both start here, so that a function is never bundled under one name and deployed under another.
 */

import { type AnyService, routeRoots } from '@org/gateway-core';
import { RPC_ROOT } from '@org/gateway-core/protocol';
import { type Declarations, deployedOf, sequencedServices } from './declarations.js';
import type { StageSettings } from './settings-schema.js';

/** Opens, closes and keeps connections, and passes on frames that name no service. */
export const SOCKET_FUNCTION = 'socket';

/** Sends the events of topics to their subscribers. */
export const FANOUT_FUNCTION = 'fanout';

/** Pushes the events of big topics to a part of their followers. */
export const PUSH_FUNCTION = 'push';

/** Numbers the events of sequenced subscriptions. */
export const SEQUENCER_FUNCTION = 'sequencer';

const SOCKET_FUNCTIONS: readonly string[] = [SOCKET_FUNCTION, FANOUT_FUNCTION, PUSH_FUNCTION];
const OWN_FUNCTIONS: readonly string[] = [...SOCKET_FUNCTIONS, SEQUENCER_FUNCTION];

/**
 * Names of the functions to bundle; each has its entry at `apps/api/src/{name}/main.ts`.
 *
 * @throws Error when a service or worker takes a name or route that the gateway needs itself.
 */
export function functionNames(declarations: Declarations, settings: Pick<StageSettings, 'graph' | 'socket'>): readonly string[] {
  const { services, workers } = deployedOf(declarations, settings);
  for (const { service, internal } of services) if (!internal) checkRoutes(service);
  const names = [...services.map(({ service }) => service.name), ...workers.map(({ name }) => name)];
  const own = names.find((name) => OWN_FUNCTIONS.includes(name));
  if (own !== undefined)
    throw new Error(`[SERVICE] a service is called "${own}", the name of one of the gateway's own functions; rename it`);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`[SERVICE] two services or workers are called "${repeated}"; rename one`);
  const sequencer = sequencedServices(declarations, settings).length > 0 ? [SEQUENCER_FUNCTION] : [];
  return [...names, ...(settings.socket ? SOCKET_FUNCTIONS : []), ...sequencer];
}

function checkRoutes(service: AnyService): void {
  if (routeRoots(service).includes(RPC_ROOT)) {
    throw new Error(`[SERVICE] ${service.name} has routes under /${RPC_ROOT}, where procedures are called; move them`);
  }
}
