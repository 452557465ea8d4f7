/** The server: contract and handlers to Lambda handlers. `./service` is the declarations, `./trpc` the tRPC router face. */

// For teams that write handlers.
export { type BusClientOptions, createBusClient } from './bus/bus-client.js';
export { createMemoryBus, type DeadLetter, type MemoryBus, type RunningSubscription, type Subscription } from './bus/memory-bus.js';
export type { MessageBus } from './bus/message-bus.js';
export { createSnsBus, type SnsBusOptions } from './bus/sns-bus.js';
export { createTableBus, type TableBusOptions } from './bus/table-bus.js';
export type { WireMessage } from './bus/wire-message.js';
export { createServiceHandler, type ServiceEvent, type ServiceHandler } from './create-service-handler.js';
export type { AnyClaims, CallContext, ConnectionInfo, User } from './execute/context.js';
export { contextFactory } from './execute/create-context.js';
export { type Call, execute } from './execute/executor.js';
export type { CallFacts, FunctionParts, PublishText } from './execute/function-parts.js';
export type { Handler, HandlerContext, Handlers, Implementation, Publish } from './execute/handler-types.js';
export { implement } from './execute/implement.js';
export type { Outcome } from './execute/outcome.js';
export {
  createFanoutFunction,
  createIdentityFunction,
  createPushFunction,
  createSequencerFunction,
  createSocketFunction,
} from './gateway-functions.js';
export { createSessions, type SessionsParts } from './identity/sessions.js';
export { type CreatePublisherOptions, createPublisher, type Publisher } from './publish/create-publisher.js';
export type { RestEvent } from './rest/rest-event.js';
export { createRestHandler } from './rest/rest-handler.js';
export type { RestResult } from './rest/rest-result.js';
// For adapters and tests.
export type { SequencerEvent, SequencerResult } from './sequencer/sequencer-function.js';
export { createLogger, type Logger } from './telemetry/logger.js';
export type { FanoutEvent, FanoutResult } from './topics/fanout-function.js';
export type { QueueEvent } from './topics/push-worker.js';
export { type UploadHandlers, type UploadsOptions, uploadHandlers } from './uploads/upload-handlers.js';
export { bucketRecords, type UploadRecord, type UploadRecords, URL_LIFETIME_SECONDS } from './uploads/upload-record.js';
export type { LambdaContext, SocketEvent, SocketResult } from './websocket/socket-event.js';
export { createWorkerHandler, type WorkerEvent, type WorkerFunction, workerFunction } from './workers/create-worker-handler.js';
export { implementWorker } from './workers/implement-worker.js';
export type { WorkerParts } from './workers/worker-parts.js';
export type {
  Change,
  ChangeHandler,
  FieldHandler,
  MessageHandler,
  ReceivedMessage,
  WorkerContext,
  WorkerHandler,
  WorkerImplementation,
} from './workers/worker-types.js';
