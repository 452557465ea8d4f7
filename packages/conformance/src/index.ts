/** Suites that take the thing under test as a factory. */

// For tests.
export {
  type Caller,
  type ConversationOptions,
  describeConversation,
  type Failure,
  type Running,
  type SubscribeOptions,
} from './conversation-suite.js';
export { type BusMessage, type BusUnderTest, describeMessageBus, type MessageBusOptions } from './message-bus-suite.js';
