/** The local stage of a gateway deployment. */

// For other libraries: time that a test moves, faults, and what the functions print.
export { createManualClock, type ManualClock, systemClock } from './clock.js';
export type {
  BatchFault,
  CallFault,
  ConnectFault,
  Delay,
  DisconnectFault,
  FrameFault,
  InjectedFault,
  InvokeFault,
  PostFault,
  ReadFault,
  Share,
  StageFault,
  TextMatch,
} from './faults/fault.js';
export type { SocketFaults } from './gateway/socket-faults.js';
// For benchmarks and consoles: IAM by itself, and what it decided.
export type { AuthorizationDecision, AuthorizationRequest, Authorize, ServicePrincipal } from './iam/authorize.js';
export type { Decision, DecisionCount } from './iam/decision-log.js';
export type { DecisionsDocument } from './iam/decisions-document.js';
export type { Denial } from './iam/denial.js';
export { createEvaluator, type Evaluator, type EvaluatorOptions } from './iam/evaluator.js';
export type { UnusedGrant } from './iam/grant-usage.js';
export type { WithheldRight } from './iam/withheld.js';
export type { StageIssuer } from './issuer/start-issuer.js';
export type { TokenOptions } from './issuer/tokens.js';
export type { LogLine, LogSink } from './lambda/pool.js';
// For users: start a stage and call it.
export type {
  Clock,
  Credentials,
  Environment,
  Invoke,
  InvokeOptions,
  InvokeResult,
  Principal,
  Report,
  ReportEntry,
  ResolvedResource,
  ResolvedStack,
} from './parts.js';
export type { FaultyCall, ServiceFaults } from './services/service-module.js';
export { startStage } from './stage.js';
export { StageError, type StageErrorCode } from './stage-error.js';
export type { Stage, StageConnection, StageOptions, StageSiteOptions, StageUrls } from './stage-options.js';
export { standInOfEnvironment } from './stand-in/env.js';
export type { StandInOptions } from './stand-in/options.js';
export { readStacks } from './template/read-stacks.js';
