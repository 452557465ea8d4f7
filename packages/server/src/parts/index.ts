/**
 * What the gateway's functions are made of, before they are given an environment: for models and tests that run them on tables, clocks
 * and senders of their own.
 */

// What they stand on.
export { createPresenceClient, type PresenceParts } from '../presence/presence-client.js';
export { createRooms, type Rooms } from '../presence/rooms.js';
export { createDynamoReplyStore } from '../replies/dynamodb-reply-store.js';
export type { ReplyStore } from '../replies/reply-store.js';
export { createDynamoSubscriptionStore } from '../topics/dynamodb-subscription-store.js';
export { createDynamoTopicLog } from '../topics/dynamodb-topic-log.js';
// The functions.
export { createFanoutHandler } from '../topics/fanout-function.js';
export {
  type ConditionalRow,
  createKeyTable,
  createKeyTableSdk,
  type KeyTable,
  type Row,
  type RowCondition,
  type RowRange,
} from '../topics/key-table.js';
export type { SubscriptionStore } from '../topics/subscription-store.js';
export { META_KEY, topicKey } from '../topics/topic-keys.js';
export type { TopicLog } from '../topics/topic-log.js';
export type { Clock } from '../websocket/clock.js';
export type { ConnectionStore } from '../websocket/connection-store.js';
export { createDynamoConnectionStore } from '../websocket/dynamodb-connection-store.js';
export { createSigner, type RequestToSign, type Signer, type SignerOptions } from '../websocket/management/signer.js';
export {
  createManagementApiSender,
  type ManagementApiSender,
  type ManagementApiSenderOptions,
} from '../websocket/management-api-sender.js';
export { type ConnectionSender, SendError, type SendFailureKind } from '../websocket/sender.js';
export type { ServiceInvoker } from '../websocket/service-invoker.js';
export { handleServiceMessage, type ServiceRealtime } from '../websocket/service-message.js';
export { createSocketHandler, type SocketParts } from '../websocket/socket-function.js';
export { waitForConnection } from '../websocket/wait-for-connection.js';
