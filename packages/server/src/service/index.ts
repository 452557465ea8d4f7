/** Declarations: services and the resources they use. Data only; infra reads it. */

// For infra and the runtime.
export type { BucketGrant, BucketOperation, ObjectOptions } from './bucket.js';
// For teams that write a service.
export { type Bucket, type BucketClient, bucket, type ObjectInfo, type SignedUrl } from './bucket.js';
export {
  type AnyServiceDeclaration,
  defineService,
  hasSubscriptions,
  type ServiceDeclaration,
  type ServiceOptions,
  type Uses,
} from './define-service.js';
export {
  type AnyGrant,
  type BucketResource,
  type Grant,
  type GrantStatement,
  type GrantTarget,
  type ResourceDeclaration,
  resourceVariable,
  type TableResource,
} from './grant.js';
export { GATEWAY_VARIABLES, REALTIME_ACTIONS, REALTIME_KEYS } from './realtime.js';
export type { QueryRequest, TableGrant, TableOperation, WriteCondition } from './table.js';
export { type Page, type Table, type TableClient, table } from './table.js';
