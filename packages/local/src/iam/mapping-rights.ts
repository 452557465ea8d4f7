/**
 * The rights that an event source mapping needs: Lambda reads a stream or a queue as the function's role, and AWS refuses a mapping whose
 * role may not.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html#events-dynamodb-permissions
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
 */
import type { Principal } from '../parts.js';
import { arnParts } from './arn.js';
import type { Authorize } from './authorize.js';

/** A right that a role lacks. */
export interface MissingRight {
  readonly action: string;
  readonly resource: string;
}

export interface MappingToCheck {
  /** The function, in a session of its role. */
  readonly principal: Principal;
  /** ARN of the stream or queue. */
  readonly eventSourceArn: string;
  /** ARN of the queue or topic for records that are given up. */
  readonly onFailureArn?: string;
}

const readingActions: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
};

const sendingActions: Readonly<Record<string, readonly string[]>> = { sqs: ['sqs:SendMessage'], sns: ['sns:Publish'] };

/** What the role of a mapping's function lacks; nothing when the mapping may run. */
export function checkMappingRights(authorize: Authorize, mapping: MappingToCheck): readonly MissingRight[] {
  const { principal, eventSourceArn, onFailureArn } = mapping;
  const needed = [
    ...rightsOn(eventSourceArn, readingActions),
    ...(onFailureArn === undefined ? [] : rightsOn(onFailureArn, sendingActions)),
  ];
  return needed.filter(({ action, resource }) => !authorize({ principal, action, resource, context: {} }).allowed);
}

function rightsOn(resource: string, actions: Readonly<Record<string, readonly string[]>>): readonly MissingRight[] {
  const service = arnParts(resource)?.[2] ?? '';
  return (actions[service] ?? []).map((action) => ({ action, resource }));
}

/** What is said of a mapping that does not run. */
export function missingRightsMessage(functionName: string, { eventSourceArn }: MappingToCheck, missing: readonly MissingRight[]): string {
  const rights = missing.map(({ action, resource }) => `${action} on ${resource}`).join(', ');
  return `event source ${eventSourceArn} of ${functionName} is not running: the role of the function may not ${rights}; give it these rights`;
}
