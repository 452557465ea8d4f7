/**
 * Sends what a function did, or could not do, to the queue, topic or function that its configuration names, in the name of the function's
 * role. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 *
 * Event buses and buckets are not served: what would go there is reported.
 */
import { type Authorize, denialMessage } from '../iam/authorize.js';
import type { Invoke, Principal, Report } from '../parts.js';
import type { MessageAttributes, Neighbours } from '../services/neighbours.js';

export interface DestinationsOptions {
  readonly neighbours: Neighbours;
  readonly invoke: Invoke;
  readonly authorize: Authorize;
  readonly principalOf: (functionName: string) => Principal;
  readonly report: Report;
}

/** Something to keep. */
export interface Retained {
  readonly functionName: string;
  readonly destinationArn: string;
  /** JSON. */
  readonly body: string;
  readonly attributes?: MessageAttributes;
}

export interface Destinations {
  /** Resolves when the destination has it, or when it was reported as lost. Never rejects. */
  send(retained: Retained): Promise<void>;
}

export function createDestinations(options: DestinationsOptions): Destinations {
  return {
    async send(retained) {
      const { functionName, destinationArn, body } = retained;
      try {
        await deliver(options, retained);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `${destinationArn} does not take what ${functionName} has for it, which is lost: ${reason}`;
        options.report({ level: 'error', part: 'lambda', message, detail: { functionName, destinationArn, body } });
      }
    },
  };
}

async function deliver(options: DestinationsOptions, { functionName, destinationArn, body, attributes = {} }: Retained): Promise<void> {
  const caller = { principal: options.principalOf(functionName) };
  const { queues, topics } = options.neighbours;
  const message = { body, attributes };
  switch (destinationArn.split(':')[2]) {
    case 'sqs':
      if (queues === undefined) throw new Error('the stage has no queues');
      return queues.send(destinationArn, message, caller);
    case 'sns':
      if (topics === undefined) throw new Error('the stage has no topics');
      return topics.publish(destinationArn, message, caller);
    case 'lambda':
      return toFunction(options, { destinationArn, body, principal: caller.principal });
    default:
      throw new Error('the stage delivers to queues, topics and functions only');
  }
}

async function toFunction(
  { authorize, invoke }: DestinationsOptions,
  { destinationArn, body, principal }: { destinationArn: string; body: string; principal: Principal },
): Promise<void> {
  const asked = { principal, action: 'lambda:InvokeFunction', resource: destinationArn, context: {} };
  const { allowed, message = denialMessage(asked) } = authorize(asked);
  if (!allowed) throw new Error(message);
  const { functionError, payload } = await invoke(destinationArn, JSON.parse(body), { invocationType: 'Event' });
  if (functionError !== undefined) throw new Error(payload);
}
