/**
 * The process that stands for a model's container: started when it is first needed, asked for `/ping` until it is ready, and started again
 * after a crash, later each time.
 *
 *   idle --request--> starting --/ping 200--> ready
 *                        |                      |
 *                        +-----exit-------------+--exit--> crashed --wait over--> starting
 *   any --close--> closed
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Report } from '../../parts.js';
import { PortReservations } from '../../ports.js';
import type { ModelDefinition } from './definition.js';

export interface ContainerOptions {
  readonly model: ModelDefinition & { readonly script: string };
  readonly endpointName: string;
  readonly clock: Clock;
  readonly report: Report;
}

/** Where requests go: the origin, and connections that are kept. */
export interface ContainerAddress {
  readonly port: number;
  readonly agent: Agent;
}

/** An address, or a sentence that says why there is none right now. */
export type Availability = { readonly ok: true; readonly address: ContainerAddress } | { readonly ok: false; readonly reason: string };

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly outcome: Promise<Availability> }
  | { readonly kind: 'ready'; readonly address: ContainerAddress }
  | { readonly kind: 'crashed'; readonly reason: string; readonly cancel: () => void }
  | { readonly kind: 'closed' };

/** Real milliseconds between two questions to a process that starts: it does not know the stage's clock. */
const pingEveryMs = 20;

/** How long a process may take for its first answer, as of a serverless container. */
const startLimitMs = 180_000;

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** Node 20 runs JavaScript only: from source (a test runner) the compiled file is used, so build the package first. */
const containerSide = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/services/sagemaker/container-side.js' : './container-side.js',
  import.meta.url,
);

const ending: Availability = { ok: false, reason: 'the stage is ending' };

export class Container {
  readonly #options: ContainerOptions;
  #state: State = { kind: 'idle' };
  #child: ChildProcess | undefined;
  #crashes = 0;

  constructor(options: ContainerOptions) {
    this.#options = options;
  }

  /** Starts it when needed and waits until it is ready. Never rejects. */
  async available(): Promise<Availability> {
    switch (this.#state.kind) {
      case 'idle':
        return this.#start();
      case 'starting':
        return this.#state.outcome;
      case 'ready':
        return { ok: true, address: this.#state.address };
      case 'crashed':
        return { ok: false, reason: this.#state.reason };
      case 'closed':
        return ending;
      default:
        return this.#state satisfies never;
    }
  }

  /** To be told when a request was answered: the next crash is then a first one again. */
  answered(): void {
    this.#crashes = 0;
  }

  /** Ends the process; resolves when it is gone. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'crashed') state.cancel();
    if (state.kind === 'ready') state.address.agent.destroy();
    if (this.#child !== undefined && isAlive(this.#child)) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    if (state.kind === 'starting') await state.outcome;
  }

  #start(): Promise<Availability> {
    const outcome = this.#launch().catch((error: Error): Availability => {
      this.#failed(`its container cannot be started: ${error.message}`);
      return { ok: false, reason: this.#crashReason() };
    });
    this.#state = { kind: 'starting', outcome };
    return outcome;
  }

  async #launch(): Promise<Availability> {
    const { model, clock } = this.#options;
    const port = await new PortReservations('127.0.0.1').reserve({ name: `the model ${model.name}`, setting: 'a free port' });
    if (this.#isClosed()) return ending;
    const child = this.#spawn(port);
    let late = false;
    const cancel = clock.after(startLimitMs, () => {
      late = true;
      child.kill('SIGKILL');
    });
    while (isAlive(child) && !(await answersPing(port))) await pause(pingEveryMs);
    cancel();
    if (this.#isClosed()) return ending;
    if (!isAlive(child)) return { ok: false, reason: late ? `it was not ready after ${startLimitMs / 1000} seconds` : this.#crashReason() };
    const address = { port, agent: new Agent({ keepAlive: true }) };
    this.#state = { kind: 'ready', address };
    return { ok: true, address };
  }

  #spawn(port: number): ChildProcess {
    const { model, endpointName, report } = this.#options;
    const child = fork(model.script, ['serve'], {
      env: { ...model.variables, SAGEMAKER_BIND_TO_PORT: String(port) },
      execArgv: ['--import', containerSide.href],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const log = (level: 'info' | 'warn') => (line: string) =>
      report({ level, part: 'sagemaker', message: line, detail: { endpointName, modelName: model.name } });
    createInterface(child.stdout!).on('line', log('info'));
    createInterface(child.stderr!).on('line', log('warn'));
    child.on('error', (error) => {
      // Without a process there is no exit either.
      if (child.pid === undefined) this.#failed(`its container cannot be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => this.#failed(`its container ended with ${signal ?? `code ${code}`}`));
    return child;
  }

  /** Starts again, later each time. */
  #failed(why: string): void {
    if (this.#isClosed()) return;
    if (this.#state.kind === 'ready') this.#state.address.agent.destroy();
    const { clock, model, report } = this.#options;
    const waitMs = Math.min(firstWaitMs * 2 ** this.#crashes, longestWaitMs);
    this.#crashes += 1;
    const reason = `${why} and starts again in ${waitMs / 1000} s; its output is in the journal`;
    report({ level: 'error', part: 'sagemaker', message: `model ${model.name}: ${reason}` });
    this.#state = { kind: 'crashed', reason, cancel: clock.after(waitMs, () => void this.#start()) };
  }

  #crashReason(): string {
    return this.#state.kind === 'crashed' ? this.#state.reason : 'its container ended while it started';
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/ping', timeout: 2000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
