/**
 * A service as it is deployed: its part of the contract and the resources it uses. Data only: handlers read its types, the runtime its
 * variables, infra its permissions.
 */

import type { AnyService, SchemaSource } from '@org/gateway-core';
import type { AnyClaims } from '../execute/context.js';
import type { AnyGrant } from './grant.js';

export type Uses = Readonly<Record<string, AnyGrant>>;

/** Who vouches for the callers of a service: their tokens, API Gateway for AWS identities, or the functions that call an internal one. */
export type Vouching = 'token' | 'iam' | 'function';

type VouchingOf<TAuth, TInternal> = TInternal extends false ? (TAuth extends 'iam' ? 'iam' : 'token') : 'function';

export interface ServiceOptions<TUses, TClaims = AnyClaims, TAuth = 'iam', TInternal = boolean> {
  /** Resources by the name they have on `ctx`. */
  readonly uses: TUses;
  /**
   * Schema of the claims in callers' tokens: what `ctx.user.claims` is. Claims that do not fit are UNAUTHORIZED.
   *
   * @default they are as they come, of unknown types
   */
  readonly claims?: SchemaSource<unknown, TClaims>;
  /**
   * Who vouches for callers: with `iam` API Gateway does, which takes requests signed with AWS credentials (SigV4) that
   * `execute-api:Invoke` is allowed to; `ctx.user.id` is the caller's ARN. Such a service is not on the socket, whose frames nobody signs.
   *
   * @default tokens of the stage's issuer
   */
  readonly auth?: TAuth;
  /**
   * Refuses tokens of sign-ins that were revoked over HTTP too, for a read of the table of connections: before each mutation, and before a
   * query when the last read of that sign-in is 5 s old. Without it such a token does until it ends, except for tickets and on the socket.
   *
   * @default false
   */
  readonly checksRevocation?: boolean;
  /**
   * Requests a second that all callers together may send each of the service's routes, over REST and over the socket, and how many at once.
   * API Gateway counts them, as well as it can, and refuses the others. @default the stage's own
   */
  readonly throttle?: { readonly ratePerSecond: number; readonly burst: number };
  /** A larger body of a request is PAYLOAD_TOO_LARGE. Lambda takes 6 MB, base64 and all. @default 6,291,456 */
  readonly maxRequestBytes?: number;
  /** Memory of the function, in MB; CPU comes with it. @default 512 */
  readonly memoryMb?: number;
  /** After this the function is stopped, in seconds. API Gateway itself gives up at 29. @default 28; 300 for an internal service */
  readonly timeoutSeconds?: number;
  /** Only other services call it (`serviceFunction`): no route of either API leads to it. @default false */
  readonly internal?: TInternal;
}

/** A declared service. */
export interface ServiceDeclaration<
  TService extends AnyService,
  TUses extends Uses,
  TClaims = AnyClaims,
  TVouching extends Vouching = Vouching,
> {
  readonly service: TService;
  readonly uses: TUses;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly internal: boolean;
  readonly claims: SchemaSource<unknown, TClaims> | undefined;
  readonly auth: 'token' | 'iam';
  readonly checksRevocation: boolean;
  readonly maxRequestBytes: number;
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined;
  /** Types only; never set. */
  readonly '~vouching'?: TVouching;
}

export type AnyServiceDeclaration = ServiceDeclaration<AnyService, Uses, unknown>;

/** Lambda quotas, "Invocation payload". */
const MAX_REQUEST_BYTES = 6 * 1_024 * 1_024;

const RESERVED = new Set(['user', 'requestId', 'transport', 'connection', 'publish', 'position', 'recent', 'signal', 'log', 'now']);

/**
 * Declares a service.
 *
 * @throws TypeError when a resource takes the name of something `ctx` has anyway, or AWS identities are to call what they cannot.
 */
export function defineService<
  TService extends AnyService,
  TUses extends Uses,
  TClaims = AnyClaims,
  TAuth extends 'iam' | undefined = undefined,
  TInternal extends boolean = false,
>(
  service: TService,
  options: ServiceOptions<TUses, TClaims, TAuth, TInternal>,
): ServiceDeclaration<TService, TUses, TClaims, VouchingOf<TAuth, TInternal>> {
  checkUses(service.name, options.uses);
  checkPresence(service, options.uses);
  if (options.auth === 'iam') checkIam(service, options);
  const internal = options.internal ?? false;
  return {
    service,
    uses: options.uses,
    memoryMb: options.memoryMb ?? 512,
    timeoutSeconds: options.timeoutSeconds ?? (internal ? 300 : 28),
    internal,
    claims: options.claims,
    auth: options.auth ?? 'token',
    checksRevocation: options.checksRevocation ?? false,
    maxRequestBytes: options.maxRequestBytes ?? MAX_REQUEST_BYTES,
    throttle: options.throttle,
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

/** @throws TypeError for what AWS identities cannot call. */
function checkIam(service: AnyService, options: Omit<ServiceOptions<Uses, unknown, unknown>, 'auth'>): void {
  const problems: readonly (readonly [boolean, string])[] = [
    [hasSubscriptions(service), 'subscriptions, which are over the socket'],
    [options.internal === true, '"internal", so no route leads to it'],
    [options.claims !== undefined, 'a schema for claims, which only tokens have'],
    [options.checksRevocation === true, '"checksRevocation", which is of tokens'],
  ];
  const wrong = problems.find(([isSo]) => isSo)?.[1];
  if (wrong !== undefined) throw new TypeError(`[SERVICE] ${service.name} has auth "iam" and ${wrong}; leave one of them out`);
}

/** Whether a service has subscriptions, and so needs the tables behind them. */
export function hasSubscriptions(service: AnyService): boolean {
  return Object.values(service.procedures).some((procedure) => procedure.kind === 'subscription');
}

/** Whether a service counts how often callers call. */
export function limitsCallers(service: AnyService): boolean {
  return Object.values(service.procedures).some(({ meta }) => meta.callerLimit !== undefined);
}

/** Whether clients can send a service mutations with a key, so that it keeps replies. */
export function keepsReplies({ service, internal }: AnyServiceDeclaration): boolean {
  return !internal && Object.values(service.procedures).some((procedure) => procedure.kind === 'mutation');
}
