import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../clock.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

let fixture: HostFixture;

afterEach(() => fixture.close());

const call = (name: string, payload: unknown = {}) => fixture.host.invoke(name, payload);

describe('logs', () => {
  it('are START, the lines of the function, END and REPORT', async () => {
    fixture = await startHost({
      'fn/index.mjs':
        'export const handler = async () => { console.log("hello %s", "there"); console.error(new Error("bad").message); process.stdout.write("raw\\n"); };',
    });
    await call('fn');
    const [start, hello, bad, raw, end, report] = fixture.lines.map(({ line }) => line);
    const requestId = fixture.lines[0]?.requestId ?? '';
    expect(start).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(hello).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\t${requestId}\tINFO\thello there$`));
    expect(bad).toContain('\tERROR\tbad');
    expect(raw).toBe('raw');
    expect(end).toBe(`END RequestId: ${requestId}`);
    expect(report).toMatch(
      /^REPORT RequestId: .*\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms$/,
    );
    expect(fixture.entries.map(({ level }) => level)).toEqual(['info', 'info', 'error', 'info', 'info', 'info']);
  });

  it('are JSON objects when the function asks for JSON, from its level up', async () => {
    fixture = await startHost(
      {
        'fn/index.mjs':
          'export const handler = async () => { console.debug("hidden"); console.info({ order: 7 }); console.warn(new TypeError("odd")); };',
      },
      { fn: { logging: { format: 'JSON', level: 'INFO' } } },
    );
    await call('fn');
    const [start, info, warn, report] = fixture.lines.map(({ line }) => JSON.parse(line) as Record<string, unknown>);
    expect(start).toMatchObject({ type: 'platform.start', record: { version: '$LATEST' } });
    expect(info).toMatchObject({ level: 'INFO', message: { order: 7 }, requestId: fixture.lines[0]?.requestId });
    expect(warn).toMatchObject({ level: 'WARN', message: { errorType: 'TypeError', errorMessage: 'odd' } });
    expect(report).toMatchObject({ type: 'platform.report', record: { status: 'success', metrics: { memorySizeMB: 128 } } });
  });

  it('say how a lost sandbox ended', async () => {
    const clock = createManualClock(1_700_000_000_123);
    fixture = await startHost(
      { 'fn/index.mjs': 'export const handler = async ({ exit }) => { if (exit) process.exit(1); console.log("begun"); for (;;); };' },
      { fn: { timeoutMs: 3000 } },
      clock,
    );
    await call('fn', { exit: true });
    const pending = call('fn');
    await fixture.lineWith('begun');
    await clock.advance(3000);
    await pending;
    const platform = fixture.lines.filter(({ source }) => source === 'platform').map(({ line }) => line);
    expect(platform[1]).toMatch(/^RequestId: \S+ Error: Runtime exited with error: exit status 1$/);
    expect(platform[2]).toBe('Runtime.ExitError');
    expect(platform[6]).toMatch(/^2023-11-14T22:13:23\.123Z [0-9a-f-]{36} Task timed out after 3\.00 seconds$/);
    expect(platform.at(-1)).toContain('Status: timeout');
  });

  it('of what a handler throws have its stack, in both formats', async () => {
    const code = 'export const handler = async () => { throw new RangeError("far"); };';
    fixture = await startHost({ 'text/index.mjs': code, 'json/index.mjs': code }, { json: { logging: { format: 'JSON', level: 'INFO' } } });
    await call('text');
    expect((await fixture.lineWith('Invoke Error')).line).toContain(
      '"errorType":"RangeError","errorMessage":"far","stack":["RangeError: far"',
    );
    await call('json');
    const { line } = fixture.lines.find(({ level, functionName }) => functionName === 'json' && level === 'ERROR')!;
    expect(JSON.parse(line)).toMatchObject({
      level: 'ERROR',
      message: { errorType: 'RangeError', errorMessage: 'far', stackTrace: expect.any(Array) },
    });
  });

  it('keep what was printed before a crash', async () => {
    fixture = await startHost({ 'fn/index.mjs': 'export const handler = async () => { console.log("last words"); process.exit(1); };' });
    await call('fn');
    expect(fixture.lines.map(({ line }) => line.split('\t').at(-1))).toContain('last words');
  });
});
