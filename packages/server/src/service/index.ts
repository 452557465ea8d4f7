/** Declarations: services, workers and the resources they use. Data only; infra reads it. */

// For infra and the runtime.
export type { AnswersGrant, AnswersOperation, AnswersResource } from './answers.js';
// For teams that write a service or a worker.
export { type Answer, type Answers, type AnswersClient, type AnswersDocument, type AnswersProvider, answers } from './answers.js';
export type { BucketGrant, BucketOperation, BucketResource, ObjectOptions } from './bucket.js';
export {
  type Bucket,
  type BucketClient,
  bucket,
  type ListedObject,
  type ObjectInfo,
  type SignedForm,
  type SignedUrl,
  type UploadedPart,
} from './bucket.js';
export {
  BUS_TABLE_KEYS,
  type Bus,
  type BusClient,
  type BusGrant,
  type BusMessages,
  type BusResource,
  bus,
  type PublishOptions,
} from './bus.js';
export {
  type AnyServiceDeclaration,
  defineService,
  hasSubscriptions,
  keepsReplies,
  limitsCallers,
  type ServiceDeclaration,
  type ServiceOptions,
  type Uses,
} from './define-service.js';
// For who runs a stage.
export { type DeniedCall, explainDenials } from './explain-denials.js';
export {
  type FunctionGrant,
  type FunctionResource,
  isFunctionGrant,
  type SendingClient,
  type SentCall,
  type ServiceCall,
  type ServiceClient,
  type ServiceFunction,
  serviceFunction,
} from './function.js';
export {
  type AccountAccess,
  type AnyGrant,
  accountVariable,
  type Grant,
  type GrantStatement,
  type GrantTarget,
  type ResourceDeclaration,
  resourceVariable,
} from './grant.js';
export type { GraphFields, GraphGrant, GraphResource } from './graph.js';
export { type Graph, type GraphClient, type GraphField, type GraphOperation, graph, graphOperation } from './graph.js';
export { type IdentitySettings, identitySchema, TOKEN_ALGORITHMS } from './identity.js';
export type { ModelGrant, ModelOperation, ModelResource } from './model.js';
export { type Model, type ModelClient, model } from './model.js';
export {
  isPresenceGrant,
  type Member,
  type Presence,
  type PresenceChange,
  type PresenceClient,
  type PresenceGrant,
  presence,
} from './presence.js';
export {
  GATEWAY_VARIABLES,
  KEPT_DAYS,
  LIMIT_ACTIONS,
  LIMIT_PARTITIONS,
  PAYLOAD_GRANTS,
  PAYLOADS,
  REALTIME_ACTIONS,
  REALTIME_KEYS,
  REPLY_ACTIONS,
  SIGN_IN_PARTITIONS,
} from './realtime.js';
export { type AnswersLocation, formatAnswersLocation } from './resource-location.js';
export type { IndexFieldType, IndexGrant, IndexOperation, IndexResource } from './search-index.js';
export {
  type FieldFilter,
  type HighlightedPiece,
  type IndexClient,
  type IndexWrite,
  type SearchHit,
  type SearchIndex,
  type SearchPage,
  type SearchRequest,
  searchIndex,
} from './search-index.js';
export { SECURITY_HEADERS } from './security-headers.js';
export {
  CLOSING_ACTION,
  isSessionsGrant,
  type Revoked,
  type SessionsClient,
  type SessionsGrant,
  type SessionsOperation,
  type SessionsResource,
  sessions,
} from './sessions.js';
export type { QueryRequest, TableChanges, TableGrant, TableOperation, TableResource } from './table.js';
export { type ItemUpdate, type Page, type Table, type TableClient, type TransactStep, table, type WriteCondition } from './table.js';
export {
  isTopicsGrant,
  publishesSequenced,
  publishStatement,
  publishStatements,
  sequencedOf,
  type Topics,
  type TopicsClient,
  type TopicsGrant,
  type TopicsResource,
  topics,
} from './topics.js';
export type { AnyWorkerDeclaration, WorkerSource } from './worker.js';
export { defineWorker, type WorkerDeclaration, type WorkerOptions } from './worker.js';
