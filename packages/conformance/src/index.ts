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
export type { FrameEvent, HandshakeRule } from './faults/frame-board.js';
export { type FrameProxy, startFrameProxy } from './faults/frame-proxy.js';
export type { AppliedRule, Direction, FrameAction, FrameRule } from './faults/frame-rule.js';
export { seededRandom } from './faults/seeded-random.js';
export type { Conditions } from './faults/tcp-direction.js';
export {
  type Accepting,
  type Link,
  type ProxiedConnection,
  startTcpProxy,
  type TcpProxy,
  type TcpProxyOptions,
} from './faults/tcp-proxy.js';
export type { Time } from './faults/time.js';
export { type Forgery, forgeTokens } from './identity/forge-tokens.js';
export { type BusMessage, type BusUnderTest, describeMessageBus, type MessageBusOptions } from './message-bus-suite.js';
