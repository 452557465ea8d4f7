/** The contract language. `./protocol` is the wire, `./errors` the error class and table, `./trpc` tRPC's view of a contract. */

// For teams that write a contract.
// For the packages that read one.
export { type AnyContract, type Contract, defineContract, routeRoots, type ServiceRecord } from './dsl/contract.js';
export { type ErrorDefinition, error } from './dsl/declared-error.js';
export type { ErrorsOf, InputOf, OutputOf, ParsedOf, ReturnOf } from './dsl/infer.js';
export { type AnyMessage, type Message, type MessageData, type MessageGroup, type MessageInput, message, messages } from './dsl/message.js';
export type { AnyProcedure, Auth, Deprecation, NoErrors, Procedure, ProcedureKind, ProcedureMeta, Retention } from './dsl/procedure.js';
export { mutation, query, subscription } from './dsl/procedure.js';
export type { CallerLimit, RateLimit } from './dsl/rate-limit.js';
export { ROUTE_METHODS, type Route, type RouteMethod, type RouteSegment } from './dsl/route.js';
export {
  type ParseResult,
  type RunnableSchema,
  type Schema,
  type SchemaError,
  type SchemaIssue,
  type SchemaSource,
  schemaOf,
} from './dsl/schema.js';
export { isSensitive, REDACTED, redacted, sensitive } from './dsl/sensitive.js';
export { type AnyService, type ProcedureRecord, routeKey, type Service, service } from './dsl/service.js';
export type { Deprecated, Having, Sequenced, SignedIn } from './dsl/traits.js';
export { isWireEnd, wire } from './dsl/wire.js';
export { type WirePaths, wirePaths } from './dsl/wire-paths.js';
export { type LimitedUpload, type UploadLimits, type UploadLimitsOf, uploadLimits } from './upload/limits.js';
export type { SignedPut, UploadedFile, UploadProcedures } from './upload/procedures.js';
