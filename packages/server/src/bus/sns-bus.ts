/**
 * `MessageBus` on an SNS topic. Subscriptions deliver raw, so a queue gets the message's JSON as it is, and filter by the attribute
 * `message`. On a FIFO topic the key is the message group and the id the deduplication id, which SNS remembers for five minutes.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */

import { backendFailure } from '../resources/backend-failure.js';
import type { BusResource } from '../service/bus.js';
import { fifoId } from './fifo-id.js';
import type { MessageBus } from './message-bus.js';
import type { Sns } from './sns.js';
import { SNS_NAME_ATTRIBUTE, type WireMessage, writeMessage } from './wire-message.js';

export interface SnsBusOptions {
  readonly resource: BusResource;
  readonly topicArn: string;
  readonly sns: () => Promise<Sns>;
}

/** Opens nothing until the first message. */
export function createSnsBus({ resource, topicArn, sns }: SnsBusOptions): MessageBus {
  return {
    publish: async (message) => {
      const text = writeMessage(message);
      try {
        const client = await sns();
        await client.publish({
          TopicArn: topicArn,
          Message: text,
          MessageAttributes: { [SNS_NAME_ATTRIBUTE]: { DataType: 'String', StringValue: message.name } },
          ...(resource.ordered ? orderOf(message) : {}),
        });
      } catch (cause) {
        throw backendFailure(cause, { resource, physicalName: topicArn, operation: 'publish', action: 'sns:Publish' });
      }
    },
  };
}

function orderOf({ key, id }: WireMessage) {
  return { MessageGroupId: fifoId(key), MessageDeduplicationId: fifoId(id) };
}
