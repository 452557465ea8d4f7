/** Which right a call of SNS needs on which topic, a function of the call alone, and how IAM and the switch for faults are asked. */
import { denialMessage } from '../../iam/authorize.js';
import type { Environment } from '../../parts.js';
import { type QueryNode, queryText } from '../../wire/aws-query.js';
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

/** @throws AwsError `AuthorizationError`, and what a fault switch asks for */
export function askSns({ authorize, faults }: Pick<ServiceParts, 'authorize' | 'faults'>, { action, resource, caller }: SnsQuestion): void {
  const asked = { principal: caller.principal, action: `sns:${action}`, resource, context: caller.context ?? {} };
  const decision = authorize(asked);
  if (!decision.allowed) throw snsError('AuthorizationError', decision.message ?? denialMessage(asked));
  const fault = faults?.({ service: 'sns', action: asked.action, resource });
  if (fault === 'throttle') throw snsError('Throttled', 'Rate exceeded');
  if (fault === 'fail')
    throw snsError('InternalError', 'The request processing has failed because of an unknown error, exception, or failure.');
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
