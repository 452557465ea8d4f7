/** Which right a call of SNS needs on which topic, a function of the call alone, and how IAM and the switch for faults are asked. */
import type { Environment } from '../../parts.js';
import { type QueryNode, queryText } from '../../wire/aws-query.js';
import { ask, type Refusals } from '../ask.js';
import type { Caller } from '../neighbours.js';
import type { ServiceParts } from '../service-module.js';
import { snsError } from './errors.js';
import { type Operation, topicArnOf } from './operations.js';

export interface SnsQuestion {
  /** `sns:` goes in front. */
  readonly action: string;
  /** ARN of the topic. */
  readonly resource: string;
  readonly caller: Caller;
}

const refusals: Refusals = {
  denied: (message) => snsError('AuthorizationError', message),
  throttled: () => snsError('Throttled', 'Rate exceeded'),
  failed: () => snsError('InternalError', 'The request processing has failed because of an unknown error, exception, or failure.'),
};

/** @throws AwsError `AuthorizationError`, and what a fault switch asks for */
export function askSns(parts: Pick<ServiceParts, 'authorize' | 'faults'>, { action, resource, caller }: SnsQuestion): void {
  ask(parts, { principal: caller.principal, action: `sns:${action}`, resource, context: caller.context ?? {} }, refusals);
}

/** Rights on a subscription are rights on its topic. */
export function topicOf({ on }: Pick<Operation, 'on'>, input: QueryNode, environment: Environment): string {
  switch (on) {
    case 'TopicArn':
      return topicArnOf(input);
    case 'SubscriptionArn':
      return (queryText(input, 'SubscriptionArn') ?? '').split(':').slice(0, 6).join(':');
    case 'Name':
      return arnOfTopic(queryText(input, 'Name') ?? '', environment);
    case '*':
      return '*';
    default:
      return on satisfies never;
  }
}

export function arnOfTopic(name: string, { partition, region, accountId }: Environment): string {
  return `arn:${partition}:sns:${region}:${accountId}:${name}`;
}
