/** What travels between the stage and a sandbox (a worker thread). Plain data only: it is cloned on the way. */
import type { MessagePort } from 'node:worker_threads';
import type { FunctionDefinition, LogLevel } from './definition.js';
import type { Failure } from './failure.js';

/** `workerData` of a new sandbox. */
export interface SandboxInit {
  readonly port: MessagePort;
  /** Rises by one with every message of the stage: the sandbox sleeps on it between calls. */
  readonly signal: Int32Array;
  readonly definition: FunctionDefinition;
  readonly taskRoot: string;
  readonly logStreamName: string;
  /** The function's `NODE_OPTIONS`, for it to read; the thread was started with what of them a thread can take. */
  readonly nodeOptions?: string;
  /** Time of the stage's clock, epoch milliseconds. */
  readonly nowMs: number;
}

/** Stage to sandbox: run the handler once. */
export interface CallMessage {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly traceId?: string;
  readonly nowMs: number;
  /** The caller takes the bytes of a streamed handler as they are written; otherwise they are the result. */
  readonly streams: boolean;
}

/** Sandbox to stage. */
export type SandboxMessage =
  | { readonly kind: 'ready'; readonly initMs: number }
  | { readonly kind: 'init-failed'; readonly failure: Failure }
  | { readonly kind: 'log'; readonly level: LogLevel | undefined; readonly line: string; readonly requestId: string | undefined }
  /** What a streamed handler wrote. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `payload` is empty when its bytes went before. */
  | { readonly kind: 'result'; readonly payload: string; readonly durationMs: number; readonly heapMb: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly durationMs: number; readonly heapMb: number }
  /** The runtime is about to exit because of an uncaught exception or rejection. */
  | { readonly kind: 'dying'; readonly failure: Failure };
