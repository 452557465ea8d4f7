/**
 * Topics of another service, as a service or worker declares that it publishes to them:
 * `uses: { announce: topics(inference).allow('labelled') }`, then `ctx.announce.publish('labelled', key, event)`. IAM limits the right to
 * partitions of those subscriptions (`dynamodb:LeadingKeys`, which counts in transactions too).
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */

import type { AnyService } from '@org/gateway-core';
import type { Publish, SubscriptionName } from '../execute/handler-types.js';
import type { AnyGrant, Grant, GrantStatement } from './grant.js';
import { REALTIME_ACTIONS } from './realtime.js';

/** A service's topics: part of the gateway's own table, so nothing is created for them. */
export interface TopicsResource {
  readonly kind: 'topics';
  /** `Topics` and the service's name. */
  readonly name: string;
  readonly service: string;
}

/** Publishes to the granted subscriptions. */
export interface TopicsClient<TService extends AnyService, TName extends SubscriptionName<TService>> {
  readonly publish: Publish<TService, TName>;
}

export interface TopicsGrant<TClient> extends Grant<TClient> {
  readonly resource: TopicsResource;
  readonly service: AnyService;
}

/** Another service's topics. */
export interface Topics<TService extends AnyService> {
  readonly resource: TopicsResource;
  /** The right to publish to topics of these subscriptions. */
  allow<const TNames extends readonly SubscriptionName<TService>[]>(
    ...subscriptions: TNames
  ): TopicsGrant<TopicsClient<TService, TNames[number]>>;
}

/** Whether a grant is of another service's topics. */
export function isTopicsGrant(grant: AnyGrant): grant is TopicsGrant<unknown> {
  return grant.resource.kind === 'topics';
}

/**
 * Declares that a service's topics are published to from another service or worker.
 *
 * @throws TypeError for a procedure that is no subscription.
 */
export function topics<TService extends AnyService>(service: TService): Topics<TService> {
  const { name } = service;
  const resource: TopicsResource = { kind: 'topics', name: `Topics${name.charAt(0).toUpperCase()}${name.slice(1)}`, service: name };
  return {
    resource,
    allow: (...subscriptions) => {
      const other = subscriptions.find((each) => service.procedures[each]?.kind !== 'subscription');
      if (other !== undefined) throw new TypeError(`[SERVICE] ${name}.${other} is no subscription; only those have topics`);
      return { resource, service, operations: subscriptions, statements: publishStatements(service, subscriptions) };
    },
  };
}

/** The rights of who publishes to subscriptions of a service: on its topics, but for those whose events go through the sequencer's queue. */
export function publishStatements(service: AnyService, subscriptions?: readonly string[]): readonly GrantStatement[] {
  const own = (subscriptions ?? subscriptionsOf(service)).filter((name) => !isSequenced(service, name));
  return own.length === 0 ? [] : [publishStatement(service, own)];
}

/** Whether a service or worker publishes to subscriptions that are sequenced. */
export function publishesSequenced(declaration: {
  readonly service?: AnyService;
  readonly announces?: AnyService | undefined;
  readonly uses: Readonly<Record<string, AnyGrant>>;
}): boolean {
  const own = [declaration.service, declaration.announces].some((service) => service !== undefined && sequencedOf(service).length > 0);
  return (
    own ||
    Object.values(declaration.uses).some(
      (grant) => isTopicsGrant(grant) && grant.operations.some((name) => isSequenced(grant.service, name)),
    )
  );
}

/** Names of a service's sequenced subscriptions. */
export function sequencedOf(service: AnyService): readonly string[] {
  return subscriptionsOf(service).filter((name) => isSequenced(service, name));
}

function isSequenced({ procedures }: AnyService, name: string): boolean {
  return procedures[name]?.meta.sequenced ?? false;
}

/** The statement that lets a function publish to subscriptions of a service, and read where their topics stand. */
export function publishStatement(service: AnyService, subscriptions: readonly string[] = subscriptionsOf(service)): GrantStatement {
  const partitions = subscriptions.map((subscription) => `T#${service.name}.${subscription}/*`);
  return {
    actions: REALTIME_ACTIONS.publisher.topics,
    targets: [{ part: 'self' }],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
  };
}

function subscriptionsOf({ procedures }: AnyService): readonly string[] {
  return Object.keys(procedures).filter((name) => procedures[name]?.kind === 'subscription');
}
