/**
 * A service as it is deployed: its part of the contract and the resources it uses. Data only: handlers read its types, the runtime its
 * variables, infra its permissions.
 */

import type { AnyService } from '@org/gateway-core';
import type { AnyGrant } from './grant.js';

export type Uses = Readonly<Record<string, AnyGrant>>;

export interface ServiceOptions<TUses> {
  /** Resources by the name they have on `ctx`. */
  readonly uses: TUses;
  /** Memory of the function, in MB; CPU comes with it. @default 512 */
  readonly memoryMb?: number;
  /** After this the function is stopped, in seconds. API Gateway itself gives up at 29. @default 28; 300 for an internal service */
  readonly timeoutSeconds?: number;
  /** Only other services call it (`serviceFunction`): no route of either API leads to it. @default false */
  readonly internal?: boolean;
}

/** A declared service. */
export interface ServiceDeclaration<TService extends AnyService, TUses extends Uses> {
  readonly service: TService;
  readonly uses: TUses;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly internal: boolean;
}

export type AnyServiceDeclaration = ServiceDeclaration<AnyService, Uses>;

const RESERVED = new Set(['user', 'requestId', 'transport', 'connection', 'publish', 'position', 'recent', 'signal', 'log', 'now']);

/**
 * Declares a service.
 *
 * @throws TypeError when a resource takes the name of something `ctx` has anyway.
 */
export function defineService<TService extends AnyService, TUses extends Uses>(
  service: TService,
  options: ServiceOptions<TUses>,
): ServiceDeclaration<TService, TUses> {
  checkUses(service.name, options.uses);
  checkPresence(service, options.uses);
  const internal = options.internal ?? false;
  return {
    service,
    uses: options.uses,
    memoryMb: options.memoryMb ?? 512,
    timeoutSeconds: options.timeoutSeconds ?? (internal ? 300 : 28),
    internal,
  };
}

/** @throws TypeError when a resource takes the name of something `ctx` has anyway. */
export function checkUses(owner: string, uses: Uses): void {
  const taken = Object.keys(uses).find((name) => RESERVED.has(name));
  if (taken !== undefined) throw new TypeError(`[SERVICE] ${owner} uses a resource as ctx.${taken}, which is taken; choose another name`);
}

/** @throws TypeError when presence is to be announced by what is no subscription of the service. */
function checkPresence(service: AnyService, uses: Uses): void {
  for (const { resource } of Object.values(uses)) {
    if (resource.kind !== 'presence' || service.procedures[resource.announces]?.kind === 'subscription') continue;
    const what = `${resource.name} announces ${service.name}.${resource.announces}`;
    throw new TypeError(`[SERVICE] ${what}, which is no subscription; declare it in the contract`);
  }
}

/** Whether a service has subscriptions, and so needs the tables behind them. */
export function hasSubscriptions(service: AnyService): boolean {
  return Object.values(service.procedures).some((procedure) => procedure.kind === 'subscription');
}

/** Whether clients can send a service mutations with a key, so that it keeps replies. */
export function keepsReplies({ service, internal }: AnyServiceDeclaration): boolean {
  return !internal && Object.values(service.procedures).some((procedure) => procedure.kind === 'mutation');
}
