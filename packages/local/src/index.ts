/** The local stage of a gateway deployment. */

// For other libraries: time that a test moves, faults, and what the functions print.
export { createManualClock, type ManualClock, systemClock } from './clock.js';
export type { SocketFaults } from './gateway/socket-faults.js';
export type { LogLine, LogSink } from './lambda/pool.js';
// For users: start a stage and call it.
export type { Clock, Credentials, Environment, Invoke, InvokeOptions, InvokeResult, Report, ReportEntry } from './parts.js';
export { startStage } from './stage.js';
export { StageError, type StageErrorCode } from './stage-error.js';
export type { Stage, StageConnection, StageOptions, StageSiteOptions, StageUrls } from './stage-options.js';
