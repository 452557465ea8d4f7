/**
 * One execution environment of a function: a worker thread with its own module state, variables and heap limit.
 *
 *   starting --ready--> idle --run--> busy --result, failed--> idle
 *      |                               |
 *      +--init-failed, exit, timeout---+--exit, timeout--> dead
 *
 * A sandbox never comes back from `dead`; the pool makes a new one, which is a cold start.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Clock } from '../parts.js';
import type { FunctionDefinition, LogLevel } from './definition.js';
import { exited, type Failure, timedOut } from './failure.js';
import type { CallMessage, SandboxInit, SandboxMessage } from './sandbox-messages.js';

/** A line that came out of a sandbox. */
export interface SandboxLine {
  readonly line: string;
  readonly level: LogLevel | undefined;
  readonly requestId: string | undefined;
}

export interface SandboxOptions {
  readonly definition: FunctionDefinition;
  readonly variables: Readonly<Record<string, string>>;
  readonly taskRoot: string;
  readonly logStreamName: string;
  readonly clock: Clock;
  readonly onLine: (line: SandboxLine) => void;
}

/** Gets bytes as they are written. */
export type OnBytes = (bytes: Uint8Array) => void;

export type InitOutcome = { readonly ok: true; readonly initMs: number } | { readonly ok: false; readonly failure: Failure };

export type CallOutcome = { readonly durationMs: number; readonly heapMb: number } & (
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly failure: Failure }
);

/**
 * Megabytes of the heap's young generation in one sandbox. V8's default grows to 48 under load and never gives it back; a handler's
 * garbage fits in far less, and a stage has many sandboxes.
 */
const youngGenerationMb = 4;

/** Lambda gives the init phase ten seconds, then repeats it inside the call: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const initLimitMs = 10_000;

/**
 * Worker threads of Node 20 load JavaScript only: when this file runs from source (a test runner), the compiled runtime is used, so
 * build the package first.
 */
const runtimeFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/lambda/sandbox-runtime.js' : './sandbox-runtime.js',
  import.meta.url,
);

export class Sandbox {
  /** Settles once: the handler is loaded, or why not. Never rejects. */
  readonly ready: Promise<InitOutcome>;
  readonly #options: SandboxOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #gone: Promise<void>;
  #settleReady: (outcome: InitOutcome) => void = () => undefined;
  #call:
    | {
        readonly requestId: string;
        readonly startedMs: number;
        readonly onBytes: OnBytes | undefined;
        readonly settle: (outcome: CallOutcome) => void;
      }
    | undefined;
  #cancelTimeout: () => void;
  #lastWords: Failure | undefined;
  #outOfMemory = false;
  #dead = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
    const { definition, variables, taskRoot, logStreamName, clock } = options;
    const { port1, port2 } = new MessageChannel();
    const { NODE_OPTIONS: nodeOptions, ...env } = variables;
    const init: SandboxInit = {
      port: port2,
      signal: this.#signal,
      definition,
      taskRoot,
      logStreamName,
      nowMs: clock.now(),
      ...(nodeOptions === undefined ? {} : { nodeOptions }),
    };
    this.ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
    this.#port = port1.on('message', (message: SandboxMessage) => this.#receive(message));
    this.#worker = new Worker(runtimeFile, {
      workerData: init,
      transferList: [port2],
      env,
      // A worker refuses most options of the process; the one that CDK sets for source maps is what functions use.
      execArgv: nodeOptions?.includes('--enable-source-maps') ? ['--enable-source-maps'] : [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
    });
    this.#worker.on('error', (error: Error & { code?: string }) => {
      this.#outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    });
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', (exitCode) => {
        this.#exit(exitCode);
        resolve();
      });
    });
    this.#cancelTimeout = clock.after(initLimitMs + definition.timeoutMs, () => this.#timeOut('init'));
  }

  /** `false` once the thread has ended or is being ended. */
  get alive(): boolean {
    return !this.#dead;
  }

  /** Runs the handler once. Only for an idle sandbox. Never rejects. @param onBytes gets what a streamed handler writes */
  run(call: Omit<CallMessage, 'streams'>, onBytes?: OnBytes): Promise<CallOutcome> {
    const { clock, definition } = this.#options;
    return new Promise((settle) => {
      this.#call = { requestId: call.requestId, startedMs: clock.now(), onBytes, settle };
      this.#cancelTimeout = clock.after(definition.timeoutMs, () => this.#timeOut(call.requestId));
      this.#port.postMessage({ ...call, streams: onBytes !== undefined } satisfies CallMessage);
      Atomics.add(this.#signal, 0, 1);
      Atomics.notify(this.#signal, 0);
    });
  }

  /** Ends the thread; a running call ends with `Runtime.ExitError`. Resolves when the thread is gone. */
  async terminate(): Promise<void> {
    this.#dead = true;
    await this.#worker.terminate();
    await this.#gone;
  }

  #receive(message: SandboxMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#cancelTimeout();
        this.#settleReady({ ok: true, initMs: message.initMs });
        return;
      case 'init-failed':
        this.#lastWords = message.failure;
        this.#dead = true;
        return;
      case 'log':
        this.#options.onLine({ line: message.line, level: message.level, requestId: message.requestId });
        return;
      case 'bytes':
        this.#call?.onBytes?.(message.bytes);
        return;
      case 'result':
        this.#settle({ ok: true, payload: message.payload, durationMs: message.durationMs, heapMb: message.heapMb });
        return;
      case 'failed':
        this.#settle({ ok: false, failure: message.failure, durationMs: message.durationMs, heapMb: message.heapMb });
        return;
      case 'dying':
        this.#lastWords = message.failure;
        this.#dead = true;
        return;
      default:
        message satisfies never;
    }
  }

  #settle(outcome: CallOutcome): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    this.#cancelTimeout();
    call.settle(outcome);
  }

  #timeOut(requestId: string): void {
    this.#lastWords = timedOut(requestId, this.#options.definition.timeoutMs);
    this.#dead = true;
    void this.#worker.terminate();
  }

  /** Lines that the thread printed before it ended may still be in the port: they come first. */
  #exit(exitCode: number): void {
    this.#dead = true;
    this.#cancelTimeout();
    for (let left = receiveMessageOnPort(this.#port); left !== undefined; left = receiveMessageOnPort(this.#port)) {
      this.#receive(left.message as SandboxMessage);
    }
    this.#port.close();
    const requestId = this.#call?.requestId ?? 'init';
    const failure = this.#lastWords ?? exited(requestId, this.#outOfMemory ? 'out-of-memory' : { exitCode });
    this.#settleReady({ ok: false, failure });
    const durationMs = this.#options.clock.now() - (this.#call?.startedMs ?? 0);
    this.#settle({ ok: false, failure, durationMs, heapMb: this.#outOfMemory ? this.#options.definition.memoryMb : 0 });
  }
}
