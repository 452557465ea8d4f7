/**
 * The publishing side of a message bus, whatever carries it. How consumers get messages is the transport's business: SQS queues, a table's
 * stream, a subscription in the process. What all of them keep: a published message arrives at least once, messages of one key in order on
 * an ordered bus, and one that keeps failing ends in a dead-letter queue. `describeMessageBus` of the conformance package checks it.
 */

import type { WireMessage } from './wire-message.js';

export interface MessageBus {
  /**
   * Resolves once the bus keeps the message. Publishing the same id under the same key again is harmless; within five minutes, an ordered bus drops it.
   *
   * @throws GatewayError SERVICE_UNAVAILABLE when throttled or out of reach, PAYLOAD_TOO_LARGE, INTERNAL_SERVER_ERROR otherwise.
   */
  publish(message: WireMessage): Promise<void>;
}
