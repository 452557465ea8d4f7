/** Which right a call of SQS needs on which queue, a function of the call alone, and how IAM and the switch for faults are asked. */
import type { Environment } from '../../parts.js';
import { ask, type Refusals } from '../ask.js';
import type { Caller } from '../neighbours.js';
import type { ServiceParts } from '../service-module.js';
import { sqsError } from './errors.js';
import type { Input } from './input.js';
import type { Operation } from './operations.js';

export interface SqsQuestion {
  /** `sqs:` goes in front. */
  readonly action: string;
  /** ARN of the queue. */
  readonly resource: string;
  readonly caller: Caller;
}

const refusals: Refusals = {
  denied: (message) => sqsError('AccessDeniedException', message),
  throttled: () => sqsError('RequestThrottled', 'The request was denied due to request throttling.'),
  failed: () => sqsError('InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.'),
};

/** @throws AwsError `AccessDeniedException`, and what a fault switch asks for */
export function askSqs(parts: Pick<ServiceParts, 'authorize' | 'faults'>, { action, resource, caller }: SqsQuestion): void {
  ask(parts, { principal: caller.principal, action: `sqs:${action}`, resource, context: caller.context ?? {} }, refusals);
}

/** The ARN of the queue that a call names; `*` for a call on none. A URL counts by its last part, whatever host and account it has. */
export function queueArnOf({ on }: Pick<Operation, 'on'>, input: Input, environment: Environment): string {
  const value = on === '*' ? '' : String(input[on] ?? '');
  switch (on) {
    case 'QueueUrl':
      return arnOfQueue(value.slice(value.lastIndexOf('/') + 1), environment);
    case 'QueueName':
      return arnOfQueue(value, environment);
    case 'SourceArn':
      return value;
    case 'TaskHandle':
      return sourceOfTask(value);
    case '*':
      return '*';
    default:
      return on satisfies never;
  }
}

export function arnOfQueue(name: string, { partition, region, accountId }: Environment): string {
  return `arn:${partition}:sqs:${region}:${accountId}:${name}`;
}

function sourceOfTask(handle: string): string {
  try {
    return String((JSON.parse(Buffer.from(handle, 'base64').toString()) as { sourceArn?: unknown }).sourceArn);
  } catch {
    return '*';
  }
}
