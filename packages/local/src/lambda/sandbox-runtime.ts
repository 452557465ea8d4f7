/**
 * The main file of a sandbox: a worker thread that loads one function and runs its handler, one call at a time, as Lambda's Node.js
 * runtime does in an execution environment. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 *
 * Between calls the thread sleeps, so timers and open promises of the function stand still, as in a frozen environment. It shares the
 * process with the stage: native code that crashes takes the stage with it.
 */
import { getHeapStatistics } from 'node:v8';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { setVariable } from './env.js';
import { type Failure, failureOf } from './failure.js';
import { allowsCallbacks, type Handler, loadHandler } from './load-handler.js';
import { isStreamed, provideAwslambda, ResponseStream, type StreamedHandler } from './response-stream.js';
import { setTime } from './sandbox-clock.js';
import { captureConsole } from './sandbox-console.js';
import type { CallMessage, SandboxInit, SandboxMessage } from './sandbox-messages.js';

const { port, signal, definition, taskRoot, logStreamName, nowMs, nodeOptions } = workerData as SandboxInit;

let requestId: string | undefined;
/** Called when the event loop runs dry while a call is open. */
let onIdle: (() => void) | undefined;

/**
 * Turns of the event loop before a handler runs: connections that were closed while the thread slept are noticed before it would write to
 * them, as on AWS, where the call itself comes over a connection. The thread may have slept in a phase after the loop's poll, so the first
 * turn may see nothing; then the end is read, and then the socket is closed.
 */
const WAKING_TURNS = 3;

void main();

async function main(): Promise<void> {
  const startedMs = performance.now();
  setTime(nowMs);
  process.cwd = () => taskRoot;
  setVariable('NODE_OPTIONS', nodeOptions);
  captureConsole(
    definition.logging,
    () => requestId,
    (line, level) => send({ kind: 'log', level, line, requestId }),
  );
  process.on('uncaughtException', (error) => die(failureOf(error), 129));
  process.on('unhandledRejection', (reason) => {
    die({ ...failureOf(reason), errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason) }, 128);
  });
  process.on('beforeExit', () => onIdle?.());
  provideAwslambda();
  let handler: Handler;
  try {
    handler = await loadHandler(taskRoot, definition.handler, definition.runtime);
  } catch (error) {
    send({ kind: 'init-failed', failure: failureOf(error) });
    return;
  }
  send({ kind: 'ready', initMs: performance.now() - startedMs });
  for (;;) await answer(handler, sleepUntilCall());
}

/** Freezes the thread. The counter is read before the port, so a message that arrives in between is not slept through. */
function sleepUntilCall(): CallMessage {
  for (;;) {
    const seen = Atomics.load(signal, 0);
    const received = receiveMessageOnPort(port) as { message: CallMessage } | undefined;
    if (received !== undefined) return received.message;
    Atomics.wait(signal, 0, seen);
  }
}

async function answer(handler: Handler, call: CallMessage): Promise<void> {
  setTime(call.nowMs);
  requestId = call.requestId;
  setVariable('_X_AMZN_TRACE_ID', call.traceId);
  for (let turn = 0; turn < WAKING_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const startedMs = performance.now();
  const measured = () => ({ durationMs: performance.now() - startedMs, heapMb: Math.ceil(getHeapStatistics().used_heap_size / 2 ** 20) });
  try {
    const payload = isStreamed(handler) ? await stream(handler, call) : serialized(await run(handler, call));
    send({ kind: 'result', payload, ...measured() });
  } catch (error) {
    const failure = failureOf(error);
    logFailure(error, failure);
    send({ kind: 'failed', failure, ...measured() });
  }
  onIdle = undefined;
  requestId = undefined;
}

/** As AWS's runtime prints what a handler threw. */
function logFailure(error: unknown, { errorType, errorMessage, trace }: Failure): void {
  if (definition.logging.format === 'JSON') console.error(error);
  else console.error(`Invoke Error\t${JSON.stringify({ errorType, errorMessage, stack: trace })}`);
}

function run(handler: Handler, call: CallMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const context = createContext(call);
    const event: unknown = JSON.parse(call.payload);
    if (!allowsCallbacks(definition.runtime)) {
      onIdle = () => reject(neverSettled());
      Promise.resolve(handler(event, context)).then(resolve, reject);
      return;
    }
    const settle = (act: () => void): void => {
      if (context.callbackWaitsForEmptyEventLoop) onIdle = act;
      else act();
    };
    const callback = (error: unknown, result?: unknown): void =>
      settle(() => (error === null || error === undefined ? resolve(result) : reject(error)));
    onIdle = () => resolve(null);
    const returned = handler(event, Object.assign(context, legacyMethods(callback)), callback);
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then === 'function') (returned as Promise<unknown>).then(resolve, reject);
  });
}

/** Settles when the handler has and its stream is finished. */
function stream(handler: StreamedHandler, call: CallMessage): Promise<string> {
  const kept: Uint8Array[] = [];
  const take = (bytes: Uint8Array): void => {
    // A copy: a buffer of Node's pool would be cloned with all that lies in it.
    if (call.streams) send({ kind: 'bytes', bytes: new Uint8Array(bytes) });
    else kept.push(bytes);
  };
  return new Promise((resolve, reject) => {
    onIdle = () => reject(neverSettled());
    const responseStream = new ResponseStream(take);
    const finished = new Promise((done, failed) => responseStream.once('finish', done).once('error', failed));
    const handled = new Promise((done) => done(handler(JSON.parse(call.payload), responseStream, createContext(call))));
    Promise.all([handled, finished]).then(() => resolve(Buffer.concat(kept).toString('utf8')), reject);
  });
}

function createContext(call: CallMessage) {
  const startedMs = performance.now();
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: definition.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: definition.arn,
    memoryLimitInMB: String(definition.memoryMb),
    awsRequestId: call.requestId,
    logGroupName: definition.logGroup,
    logStreamName,
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(definition.timeoutMs - (performance.now() - startedMs))),
  };
}

/** `done`, `succeed` and `fail` of the first Node.js runtimes, gone with callbacks. */
function legacyMethods(callback: (error: unknown, result?: unknown) => void) {
  return {
    done: callback,
    succeed: (result: unknown) => callback(null, result),
    fail: (error: unknown) => callback(error ?? 'handled'),
  };
}

function serialized(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (cause) {
    throw new Error('Unable to stringify response body', { cause });
  }
}

function neverSettled(): Error {
  const error = new Error('The event loop ran dry while the handler was waiting: it awaits a promise that never settles');
  error.name = 'Runtime.NodeJsExit';
  return error;
}

/** Exit codes as in AWS's runtime. */
function die(failure: Failure, exitCode: number): void {
  send({ kind: 'dying', failure });
  process.exit(exitCode);
}

function send(message: SandboxMessage): void {
  port.postMessage(message);
}
