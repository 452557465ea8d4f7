import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

let fixture: HostFixture;

afterEach(() => fixture.close());

async function call(name: string, payload: unknown = {}): Promise<{ payload: unknown; functionError?: string; statusCode: number }> {
  const result = await fixture.host.invoke(name, payload);
  return { ...result, payload: JSON.parse(result.payload) };
}

describe('handlers', () => {
  it('run from an ES module, from CommonJS and from a folder of package type module', async () => {
    fixture = await startHost({
      'esm/index.mjs': 'export const handler = async (event) => ({ kind: "esm", event });',
      'cjs/index.js': 'exports.handler = async (event) => ({ kind: "cjs", event });',
      'typed/index.js': 'export const handler = async (event) => ({ kind: "typed", event });',
      'typed/package.json': '{"type":"module"}',
    });
    expect((await call('esm', { a: 1 })).payload).toEqual({ kind: 'esm', event: { a: 1 } });
    expect((await call('cjs', [2])).payload).toEqual({ kind: 'cjs', event: [2] });
    expect((await call('typed', 'x')).payload).toEqual({ kind: 'typed', event: 'x' });
  });

  it('do not write to connections that were closed while they slept', async () => {
    const server = createServer((request, response) => request.resume().on('end', () => response.end('there')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      fixture = await startHost({
        'fn/index.mjs': `import { Agent, request } from 'node:http';
          const agent = new Agent({ keepAlive: true });
          export const handler = (port) => new Promise((resolve, reject) => {
            const outgoing = request({ port, host: '127.0.0.1', method: 'POST', agent }, (incoming) => {
              let text = '';
              incoming.on('data', (part) => { text += part; }).on('end', () => resolve(text));
            });
            outgoing.on('error', reject).end('x'.repeat(100_000));
          });`,
      });
      const { port } = server.address() as AddressInfo;
      for (let round = 0; round < 5; round += 1) {
        expect((await call('fn', port)).payload).toBe('there');
        server.closeAllConnections();
      }
    } finally {
      server.close();
    }
  });

  it('may lie in a subfolder and below a nested export', async () => {
    fixture = await startHost({ 'fn/src/api.cjs': 'exports.v1 = { get: async () => "nested" };' }, { fn: { handler: 'src/api.v1.get' } });
    expect((await call('fn')).payload).toBe('nested');
  });

  it('may be inline code', async () => {
    fixture = await startHost({}, { inline: { code: { kind: 'inline', source: 'exports.handler = async () => 42;' } } });
    expect((await call('inline')).payload).toBe(42);
  });

  it('answer null for undefined', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => {};' });
    expect(await fixture.host.invoke('fn', {})).toEqual({ statusCode: 200, payload: 'null' });
  });

  it('may use a callback before Node.js 24, which waits for the event loop', async () => {
    fixture = await startHost({
      'fn/index.js': `let after = 'not yet';
        exports.handler = (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = event.wait;
          setTimeout(() => { after = 'done'; }, 5);
          callback(event.fail ? new TypeError('refused') : null, { get after() { return after; } });
        };`,
    });
    expect((await call('fn', { wait: false })).payload).toEqual({ after: 'not yet' });
    expect((await call('fn', { wait: true })).payload).toEqual({ after: 'done' });
    expect((await call('fn', { wait: true, fail: true })).payload).toMatchObject({ errorType: 'TypeError', errorMessage: 'refused' });
  });

  it('may not use a callback from Node.js 24 on', async () => {
    fixture = await startHost(
      { 'fn/index.js': 'exports.handler = (event, context, callback) => callback(null, 1);' },
      { fn: { runtime: 'nodejs24.x' } },
    );
    expect((await call('fn')).payload).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  it('may have NODE_OPTIONS, also those that a thread cannot take', async () => {
    const variables = { NODE_OPTIONS: '--enable-source-maps --max-old-space-size=64' };
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => process.env.NODE_OPTIONS;' }, { fn: { variables } });
    expect((await call('fn')).payload).toBe('--enable-source-maps --max-old-space-size=64');
  });

  it('get a context', async () => {
    fixture = await startHost({
      'fn/index.mjs': `export const handler = async (_event, context) => ({
        ...context, remaining: context.getRemainingTimeInMillis(), getRemainingTimeInMillis: undefined });`,
    });
    const { payload } = await call('fn');
    expect(payload).toMatchObject({
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/fn',
    });
    const { awsRequestId, logStreamName, remaining } = payload as { awsRequestId: string; logStreamName: string; remaining: number };
    expect(awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(20_000);
  });

  it('see their own variables and those of Lambda, and nothing of the shell', async () => {
    fixture = await startHost(
      { 'fn/index.mjs': 'export const handler = async () => process.env;' },
      { fn: { variables: { TABLE: 'documents', AWS_REGION: 'ignored' } } },
    );
    const result = await fixture.host.invoke('fn', {}, { traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793' });
    const variables = JSON.parse(result.payload) as Record<string, string>;
    expect(variables).toMatchObject({
      TABLE: 'documents',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_ACCESS_KEY_ID: 'AKIAFN',
      AWS_SECRET_ACCESS_KEY: 'secret-of-fn',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
    expect(variables.PATH).toBeUndefined();
  });

  it('see a trace of each call, whoever made it', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => process.env._X_AMZN_TRACE_ID;' }, {}, clock);
    const seen = [await fixture.host.invoke('fn', {}), await fixture.host.invoke('fn', {})].map(({ payload }) => JSON.parse(payload));
    for (const trace of seen) expect(trace).toMatch(/^Root=1-6553f100-[0-9a-f]{24};Sampled=0$/);
    expect(seen[0]).not.toBe(seen[1]);
  });
});

describe('failures', () => {
  it('carry type, message and trace of what was thrown', async () => {
    fixture = await startHost({
      'fn/index.mjs': `export const handler = async ({ how }) => {
        if (how === 'error') throw new RangeError('too far');
        if (how === 'text') throw 'plain text';
        return { toJSON() { throw new Error('no'); } };
      };`,
    });
    const error = await call('fn', { how: 'error' });
    expect(error.functionError).toBe('Unhandled');
    expect(error.payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
    expect((error.payload as { trace: string[] }).trace[0]).toBe('RangeError: too far');
    expect((await call('fn', { how: 'text' })).payload).toEqual({ errorType: 'string', errorMessage: 'plain text', trace: [] });
    expect((await call('fn', { how: 'result' })).payload).toMatchObject({ errorMessage: 'Unable to stringify response body' });
  });

  it.each([
    ['a missing file', 'nowhere.handler', 'Runtime.ImportModuleError'],
    ['a missing export', 'index.nothing', 'Runtime.HandlerNotFound'],
    ['an export that is no function', 'index.number', 'Runtime.HandlerNotFound'],
    ['a name without export', 'index', 'Runtime.MalformedHandlerName'],
    ['a syntax error', 'broken.handler', 'Runtime.UserCodeSyntaxError'],
    ['an error while loading', 'throwing.handler', 'TypeError'],
  ])('of the init phase are told by their AWS type: %s', async (_name, handler, errorType) => {
    fixture = await startHost(
      {
        'fn/index.mjs': 'export const number = 1;',
        'fn/broken.js': 'exports.handler = async () => {',
        'fn/throwing.mjs': 'throw new TypeError("at load"); export const handler = 1;',
      },
      { fn: { handler } },
    );
    expect((await call('fn')).payload).toMatchObject({ errorType });
    expect((await call('fn')).payload).toMatchObject({ errorType });
  });

  it('of a process that exits or crashes stay inside the call, and the next call starts cold', async () => {
    fixture = await startHost({
      'fn/index.mjs': `let calls = 0;
        export const handler = async ({ how }) => {
          calls += 1;
          if (how === 'exit') process.exit(3);
          if (how === 'throw') { setTimeout(() => { throw new Error('later'); }, 0); await new Promise(() => setTimeout(() => {}, 9999)); }
          if (how === 'reject') { void Promise.reject(new Error('unheard')); await new Promise(() => setTimeout(() => {}, 9999)); }
          return calls;
        };`,
    });
    expect((await call('fn')).payload).toBe(1);
    expect((await call('fn')).payload).toBe(2);
    const exit = await call('fn', { how: 'exit' });
    expect(exit.functionError).toBe('Unhandled');
    expect(exit.payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/^RequestId: .* Error: Runtime exited with error: exit status 3$/),
    });
    expect((await call('fn')).payload).toBe(1);
    expect((await call('fn', { how: 'throw' })).payload).toMatchObject({ errorType: 'Error', errorMessage: 'later' });
    expect((await call('fn', { how: 'reject' })).payload).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: unheard',
    });
    expect((await call('fn')).payload).toBe(1);
  });

  it('of memory end the sandbox, not the stage', async () => {
    fixture = await startHost(
      {
        'fn/index.mjs': `export const handler = async () => { const kept = []; for (;;) kept.push(new Array(100_000).fill({}).map(() => ({ a: [1] }))); };`,
      },
      { fn: { memoryMb: 32 } },
    );
    expect((await call('fn')).payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: killed'),
    });
  });

  it('of a promise that never settles are told from Node.js 24 on, and are null before', async () => {
    const code = 'export const handler = () => new Promise(() => {});';
    fixture = await startHost({ 'new/index.mjs': code, 'old/index.mjs': code }, { new: { runtime: 'nodejs24.x' } });
    expect((await call('new')).payload).toMatchObject({ errorType: 'Runtime.NodeJsExit' });
    expect((await call('old')).payload).toBeNull();
  });

  it('of a function that cannot run here say why', async () => {
    fixture = await startHost({}, { py: { code: { kind: 'unsupported', reason: 'its runtime is python3.13' } } });
    expect((await call('py')).payload).toMatchObject({
      errorMessage: 'function py cannot run on the local stage: its runtime is python3.13',
    });
  });

  it('of an answer over 6,291,556 bytes are Function.ResponseSizeTooLarge', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async ({ bytes }) => "x".repeat(bytes - 2);' });
    const largest = await fixture.host.invoke('fn', { bytes: 6_291_556 });
    expect(largest.functionError).toBeUndefined();
    const tooLarge = await call('fn', { bytes: 6_291_557 });
    expect(tooLarge).toEqual({
      statusCode: 200,
      functionError: 'ResponseTooLarge',
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
  });

  it('of an unknown function and of a request over 6 MB are service errors', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => 1;' });
    expect(await call('other')).toMatchObject({
      statusCode: 404,
      functionError: 'NotFound',
      payload: { message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:other' },
    });
    expect(await call('fn', 'x'.repeat(6_291_455))).toMatchObject({ statusCode: 413, functionError: 'RequestTooLarge' });
  });
});

describe('time', () => {
  it('ends a call at the timeout of the function', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      {
        'fn/index.mjs':
          'export const handler = async ({ hang }) => { console.log("begun"); if (hang) await new Promise(() => setTimeout(() => {}, 60_000)); return "ok"; };',
      },
      { fn: { timeoutMs: 3000 } },
      clock,
    );
    const pending = call('fn', { hang: true });
    await fixture.lineWith('begun');
    await clock.advance(3000);
    const { payload, functionError } = await pending;
    expect(functionError).toBe('Unhandled');
    expect(payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 3\.00 seconds$/),
    });
    expect((await call('fn', {})).payload).toBe('ok');
  });

  it('ends a handler that never yields', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => { console.log("spinning"); for (;;); };' }, {}, clock);
    const pending = call('fn');
    await fixture.lineWith('spinning');
    await clock.advance(20_000);
    expect((await pending).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it('inside a function is the time of the stage', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      {
        'fn/index.mjs':
          'export const handler = async () => [Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date];',
      },
      {},
      clock,
    );
    await call('fn');
    await clock.advance(7_200_000);
    const [now, constructed, given, isDate] = (await call('fn')).payload as [number, number, number, boolean];
    expect(now).toBeGreaterThanOrEqual(1_700_007_200_123);
    expect(now).toBeLessThan(1_700_007_260_123);
    expect(constructed).toBeGreaterThanOrEqual(now);
    expect([given, isDate]).toEqual([5, true]);
  });

  it('stands still for a function between calls', async () => {
    fixture = await startHost({
      'fn/index.mjs': 'let ticks = 0; setInterval(() => { ticks += 1; }, 1); export const handler = async () => ticks;',
      'other/index.mjs': 'export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 100)); };',
    });
    const before = (await call('fn')).payload as number;
    await call('other');
    const after = (await call('fn')).payload as number;
    expect(after - before).toBeLessThanOrEqual(2);
  });
});

describe('concurrency', () => {
  /** A `wait` call ends when a `go` call says so: in one sandbox, one after the other, it never would. */
  const code = `import { BroadcastChannel, threadId } from 'node:worker_threads';
    const channel = new BroadcastChannel('gateway-local-test');
    channel.unref();
    let calls = 0;
    export const handler = async ({ wait, go }) => {
      calls += 1;
      if (go) channel.postMessage('go');
      if (wait) {
        console.log('waiting');
        await new Promise((resolve) => { channel.onmessage = resolve; channel.ref(); });
      }
      return { threadId, calls };
    };`;

  it('runs one call at a time per sandbox, and reuses an idle one', async () => {
    fixture = await startHost({ 'fn/index.mjs': code });
    const first = (await call('fn')).payload as { threadId: number };
    const second = (await call('fn')).payload as { threadId: number };
    expect(second).toEqual({ threadId: first.threadId, calls: 2 });
    const waiting = call('fn', { wait: true });
    await fixture.lineWith('waiting');
    const other = (await call('fn', { go: true })).payload as { threadId: number };
    expect(other.threadId).not.toBe(first.threadId);
    expect((await waiting).payload).toEqual({ threadId: first.threadId, calls: 3 });
  });

  it('throttles beyond the reserved concurrency', async () => {
    fixture = await startHost(
      { 'fn/index.mjs': code, 'off/index.mjs': code },
      { fn: { reservedConcurrency: 1 }, off: { reservedConcurrency: 0 } },
    );
    const [first, second] = await Promise.all([call('fn'), call('fn')]);
    expect(first.functionError).toBeUndefined();
    expect(second).toMatchObject({
      statusCode: 429,
      functionError: 'Throttled',
      payload: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    expect((await call('off')).functionError).toBe('Throttled');
  });

  it('ends a sandbox that was idle for five minutes', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost({ 'fn/index.mjs': 'let calls = 0; export const handler = async () => (calls += 1);' }, {}, clock);
    expect((await call('fn')).payload).toBe(1);
    await clock.advance(299_999);
    expect((await call('fn')).payload).toBe(2);
    await clock.advance(300_000);
    expect((await call('fn')).payload).toBe(1);
  });

  it('starts a sandbox ahead of the first call', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'console.log("loaded"); export const handler = async () => 1;' });
    await fixture.host.prewarm();
    expect(fixture.lines.map(({ line }) => line.split('\t')[3])).toEqual(['loaded']);
  });

  it('ends open calls when the host is closed', async () => {
    fixture = await startHost({
      'fn/index.mjs':
        'export const handler = async () => { console.log("begun"); await new Promise(() => setTimeout(() => {}, 60_000)); };',
    });
    const pending = call('fn');
    await fixture.lineWith('begun');
    await fixture.host.close();
    expect((await pending).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await call('fn')).payload).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});
