/**
 * Which functions there are: one per service and worker of the stage, three of the gateway's own behind the socket, one that gives tickets
 * for it where callers sign in, and one behind the sequencer's queue where a subscription is sequenced. Bundling and deploying
 * both start here, so that a function is never bundled under one name and deployed under another.
 */

import { type AnyService, routeRoots } from '@org/gateway-core';
import { GATEWAY_SERVICE, RPC_ROOT } from '@org/gateway-core/protocol';
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

/** Gives tickets to callers who signed in. */
export const IDENTITY_FUNCTION = 'identity';

const SOCKET_FUNCTIONS: readonly string[] = [SOCKET_FUNCTION, FANOUT_FUNCTION, PUSH_FUNCTION];
const OWN_FUNCTIONS: readonly string[] = [...SOCKET_FUNCTIONS, SEQUENCER_FUNCTION, IDENTITY_FUNCTION];

/**
 * Names of the functions to bundle; each has its entry at `apps/api/src/{name}/main.ts`.
 *
 * @throws Error when a service or worker takes a name or route that the gateway needs itself.
 */
export function functionNames(
  declarations: Declarations,
  settings: Pick<StageSettings, 'graph' | 'socket'> & Partial<Pick<StageSettings, 'rest' | 'identity'>>,
): readonly string[] {
  const { services, workers } = deployedOf(declarations, settings);
  for (const { service, internal } of services) if (!internal) checkRoutes(service);
  const names = [...services.map(({ service }) => service.name), ...workers.map(({ name }) => name)];
  const own = names.find((name) => OWN_FUNCTIONS.includes(name));
  if (own !== undefined)
    throw new Error(`[SERVICE] a service is called "${own}", the name of one of the gateway's own functions; rename it`);
  if (names.includes(GATEWAY_SERVICE))
    throw new Error(
      `[SERVICE] a service is called "${GATEWAY_SERVICE}", as whom frames and calls to the gateway itself are addressed; rename it`,
    );
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`[SERVICE] two services or workers are called "${repeated}"; rename one`);
  const sequencer = sequencedServices(declarations, settings).length > 0 ? [SEQUENCER_FUNCTION] : [];
  const identity = givesTickets(settings) ? [IDENTITY_FUNCTION] : [];
  return [...names, ...(settings.socket ? SOCKET_FUNCTIONS : []), ...sequencer, ...identity];
}

/** Tickets are asked for over REST and used on the socket; with one of them alone, tokens go over that. */
export function givesTickets({ rest, socket, identity = false }: Partial<Pick<StageSettings, 'rest' | 'socket' | 'identity'>>): boolean {
  return identity !== false && rest === true && socket === true;
}

function checkRoutes(service: AnyService): void {
  if (routeRoots(service).includes(RPC_ROOT)) {
    throw new Error(`[SERVICE] ${service.name} has routes under /${RPC_ROOT}, where procedures are called; move them`);
  }
}
