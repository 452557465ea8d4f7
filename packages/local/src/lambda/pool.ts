/**
 * The sandboxes of one function: one call at a time in each, a new one when all are busy, none after a while without calls.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 *
 * Like Lambda, a waiting call takes the first sandbox that is free, whether it was started for that call or not. Unlike Lambda, at most
 * `maxSandboxes` run and as many as the machine has cores start at a time: further calls wait in line.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Clock, Credentials, Environment } from '../parts.js';
import type { FunctionDefinition, LogLevel } from './definition.js';
import { exited, type Failure } from './failure.js';
import { functionVariables } from './function-variables.js';
import { endLines, lostLines, startLine } from './log-lines.js';
import { type CallOutcome, type OnBytes, Sandbox } from './sandbox.js';

/** A line of a function's log, as CloudWatch would get it. */
export interface LogLine {
  readonly functionName: string;
  readonly logStreamName: string;
  readonly line: string;
  /** Absent for Lambda's own lines and for raw output. */
  readonly level?: LogLevel;
  readonly requestId?: string;
  readonly source: 'platform' | 'function';
}

export type LogSink = (line: LogLine) => void;

export interface PoolOptions {
  readonly definition: FunctionDefinition;
  readonly environment: Environment;
  readonly credentials: Credentials;
  readonly awsUrl: string;
  /** Absolute path of the code, or a promise of it for inline code. */
  readonly taskRoot: () => Promise<string>;
  readonly clock: Clock;
  readonly log: LogSink;
  /** After this an environment that serves nothing ends. @default 300_000 */
  readonly idleMs?: number | undefined;
}

export type PoolResult =
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The reserved concurrency is used up; no code ran. */
  | { readonly kind: 'throttled' };

/** What a call carries beside its payload. */
export interface PoolCall {
  readonly traceId?: string;
  /** @default a new one */
  readonly requestId?: string;
  /** Gets what a streamed handler writes, as it does; the payload of the answer is empty then. @default it is the payload */
  readonly onBytes?: OnBytes | undefined;
}

interface Job {
  readonly requestId: string;
  readonly payload: string;
  readonly traceId: string | undefined;
  readonly onBytes: OnBytes | undefined;
  readonly settle: (result: PoolResult) => void;
}

/** Lambda keeps an idle environment for some minutes; it promises nothing. */
const IDLE_MS = 300_000;
const maxSandboxes = 64;

export class Pool {
  readonly #options: PoolOptions;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #idle: { readonly sandbox: Sandbox; readonly cancel: () => void }[] = [];
  readonly #busy = new Set<Sandbox>();
  readonly #waiting: Job[] = [];
  readonly #initMs = new WeakMap<Sandbox, number>();
  readonly #streams = new WeakMap<Sandbox, string>();
  #starting = 0;
  #running = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Calls that wait or run. */
  get inFlight(): number {
    return this.#waiting.length + this.#running;
  }

  /** Sandboxes that exist, busy or not. */
  get size(): number {
    return this.#sandboxes.size;
  }

  /** Runs the function once. Never rejects. @param payload JSON */
  invoke(payload: string, { traceId, requestId = randomUUID(), onBytes }: PoolCall = {}): Promise<PoolResult> {
    const { reservedConcurrency } = this.#options.definition;
    if (reservedConcurrency !== undefined && this.inFlight >= reservedConcurrency) return Promise.resolve({ kind: 'throttled' });
    if (this.#closed) return Promise.resolve({ kind: 'failed', failure: exited(requestId, { exitCode: 0 }) });
    return new Promise((settle) => {
      this.#waiting.push({ requestId, payload, traceId, onBytes, settle });
      this.#turn();
    });
  }

  /** Starts a sandbox ahead of the first call. Resolves when it has loaded, or failed to. */
  async prewarm(): Promise<void> {
    if (this.#closed || this.#sandboxes.size + this.#starting > 0) return;
    this.#starting += 1;
    await this.#start();
  }

  /** Ends the sandboxes that run a call, which then fails. */
  kill(): void {
    for (const sandbox of this.#busy) void sandbox.terminate();
  }

  /** Ends all sandboxes; calls that wait or run end with `Runtime.ExitError`. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#idle.splice(0)) cancel();
    for (const job of this.#waiting.splice(0)) job.settle({ kind: 'failed', failure: exited(job.requestId, { exitCode: 0 }) });
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.terminate()));
  }

  /** Hands waiting calls to idle sandboxes, newest sandbox first so that the old ones can end; starts more for the rest. */
  #turn(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const { sandbox, cancel } = this.#idle.pop()!;
      cancel();
      if (sandbox.alive) void this.#run(sandbox, this.#waiting.shift()!);
    }
    const wanted = Math.min(this.#waiting.length, availableParallelism());
    while (!this.#closed && this.#starting < wanted && this.#sandboxes.size < maxSandboxes) {
      this.#starting += 1;
      void this.#start();
    }
  }

  async #start(): Promise<void> {
    const failure = await this.#startSandbox().catch(unsupported);
    this.#starting -= 1;
    // A failed init answers one call; the next call tries again, as on Lambda.
    if (failure !== undefined) {
      const job = this.#waiting.shift();
      if (job !== undefined) this.#answerWithout(job, failure);
    }
    this.#turn();
  }

  async #startSandbox(): Promise<Failure | undefined> {
    const { definition, clock } = this.#options;
    const taskRoot = await this.#options.taskRoot();
    if (this.#closed) return undefined;
    const logStreamName = `${new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
    const sandbox: Sandbox = new Sandbox({
      definition,
      taskRoot,
      logStreamName,
      clock,
      variables: functionVariables(definition, { ...this.#options, logStreamName, taskRoot }),
      onLine: ({ line, level, requestId }) => this.#log({ line, source: 'function', logStreamName, ...defined({ level, requestId }) }),
    });
    this.#sandboxes.add(sandbox);
    this.#streams.set(sandbox, logStreamName);
    const outcome = await sandbox.ready;
    if (!outcome.ok) {
      this.#sandboxes.delete(sandbox);
      return outcome.failure;
    }
    this.#initMs.set(sandbox, outcome.initMs);
    this.#rest(sandbox);
    return undefined;
  }

  async #run(sandbox: Sandbox, job: Job): Promise<void> {
    const { definition, clock } = this.#options;
    const logStreamName = this.#streams.get(sandbox)!;
    const initMs = this.#initMs.get(sandbox);
    this.#initMs.delete(sandbox);
    this.#running += 1;
    const { requestId, payload, traceId, onBytes } = job;
    const write = (line: string): void => this.#log({ line, source: 'platform', requestId, logStreamName });
    write(startLine(definition, { requestId, nowMs: clock.now() }));
    this.#busy.add(sandbox);
    const outcome = await sandbox.run({ requestId, payload, nowMs: clock.now(), ...defined({ traceId }) }, onBytes);
    this.#busy.delete(sandbox);
    this.#running -= 1;
    const nowMs = clock.now();
    // A call that the end of the stage cut off did not fail: nothing is said of it.
    if (outcome.ok || sandbox.alive || !this.#closed) {
      if (!outcome.ok && !sandbox.alive) {
        for (const line of lostLines(definition, { requestId, nowMs, failure: outcome.failure })) write(line);
      }
      const { durationMs, heapMb } = outcome;
      const report = { requestId, durationMs, heapMb, status: statusOf(outcome), nowMs, ...defined({ initMs }) };
      for (const line of endLines(definition, report)) write(line);
    }
    if (sandbox.alive) this.#rest(sandbox);
    else this.#sandboxes.delete(sandbox);
    job.settle(outcome.ok ? { kind: 'answered', payload: outcome.payload } : { kind: 'failed', failure: outcome.failure });
    this.#turn();
  }

  #answerWithout(job: Job, failure: Failure): void {
    const { requestId } = job;
    const logStreamName = 'init';
    this.#log({
      line: `RequestId: ${requestId} Init failed\t${JSON.stringify(failure)}`,
      level: 'ERROR',
      source: 'platform',
      requestId,
      logStreamName,
    });
    job.settle({ kind: 'failed', failure });
  }

  #rest(sandbox: Sandbox): void {
    if (this.#closed) return;
    const { clock, idleMs = IDLE_MS } = this.#options;
    const end = () => {
      const index = this.#idle.findIndex((entry) => entry.sandbox === sandbox);
      if (index < 0) return;
      this.#idle.splice(index, 1);
      void sandbox.terminate().then(() => this.#sandboxes.delete(sandbox));
    };
    this.#idle.push({ sandbox, cancel: Number.isFinite(idleMs) ? clock.after(idleMs, end) : () => {} });
  }

  #log(line: Omit<LogLine, 'functionName'>): void {
    this.#options.log({ functionName: this.#options.definition.name, ...line });
  }
}

/** Code that cannot run here, or a thread that the system refuses. */
function unsupported(error: unknown): Failure {
  return { errorType: 'Runtime.Unsupported', errorMessage: (error as Error).message };
}

function statusOf(outcome: CallOutcome): 'success' | 'error' | 'timeout' {
  if (outcome.ok) return 'success';
  return outcome.failure.errorType === 'Sandbox.Timedout' ? 'timeout' : 'error';
}

/** Drops members that are `undefined`, for `exactOptionalPropertyTypes`. */
function defined<TValue extends object>(value: TValue): { [TKey in keyof TValue]?: Exclude<TValue[TKey], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}
