import { get } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../clock.js';
import type { Invoke, InvokeResult } from '../parts.js';
import { createJournal, ENVIRONMENT, NOW_MS, signal } from './gateway.test.fixture.js';
import { type RunningRestApi, startRestApi } from './rest-api.js';
import { FUNCTION_ARN, guarded, restStack } from './stack.test.fixture.js';
import { send } from './wire.test.fixture.js';

let running: RunningRestApi | undefined;
afterEach(() => running?.close());

const Uri = `arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/${FUNCTION_ARN}/response-streaming-invocations`;
const Integration = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', ResponseTransferMode: 'STREAM', TimeoutInMillis: 600_000, Uri };
const NUL = '\0'.repeat(8);

/** A function as Lambda shows it: its event, a way to write, and the result that its promise gives. */
type Streaming = (write: (text: string) => void, event: unknown) => Promise<unknown>;

async function start(run: Streaming): Promise<{ url: string; clock: ManualClock; entries: ReturnType<typeof createJournal>['entries'] }> {
  const clock = createManualClock(NOW_MS);
  const { entries, report } = createJournal();
  const invoke: Invoke = async (_name, event, { onBytes } = {}) =>
    ((await run((text) => onBytes?.(Buffer.from(text)), event)) as InvokeResult | undefined) ?? { statusCode: 200, payload: '' };
  const stack = restStack({ methods: { 'ANY /x': { Integration } } });
  running = await startRestApi({ ...guarded(stack), restApiId: 'Api', environment: ENVIRONMENT, clock, report, invoke, port: 0 });
  return { url: running.url, clock, entries };
}

/** What came of a request whose body may break off; `first` resolves with the first piece. */
function read(url: string): { first: Promise<string>; all: Promise<{ body: string; isWhole: boolean }> } {
  const first = signal<string>();
  const all = new Promise<{ body: string; isWhole: boolean }>((resolve, reject) => {
    get(`${url}/x`, (incoming) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
        first.resolve(body);
      });
      incoming.on('error', () => undefined);
      incoming.on('close', () => resolve({ body, isWhole: incoming.complete }));
    }).on('error', reject);
  });
  return { first: first.promise, all };
}

const FAILED: InvokeResult = { statusCode: 200, functionError: 'Unhandled', payload: '{"errorType":"Error","errorMessage":"boom"}' };

describe('an integration that streams', () => {
  it('answers with status, headers and cookies of the prelude, and the event is that of a buffered one', async () => {
    let seen: unknown;
    const { url } = await start(async (write, event) => {
      seen = event;
      const prelude = {
        statusCode: 201,
        headers: { 'content-type': 'text/plain' },
        multiValueHeaders: { 'x-m': ['1', '2'] },
        cookies: ['a=1', 'b=2'],
      };
      write(`${JSON.stringify(prelude)}${NUL}hello `);
      write('world');
    });
    const { status, headers, body } = await send(url, { path: '/x' });
    expect([status, body.toString()]).toEqual([201, 'hello world']);
    expect([headers['content-type'], headers['x-m'], headers['set-cookie']]).toEqual([['text/plain'], ['1', '2'], ['a=1', 'b=2']]);
    expect([headers['transfer-encoding'], headers['content-length']]).toEqual([['chunked'], undefined]);
    expect(seen).toMatchObject({ httpMethod: 'GET', resource: '/x', isBase64Encoded: false });
  });

  it('hands bytes on before the function ends, wherever the prelude was cut', async () => {
    const goOn = signal();
    const { url } = await start(async (write) => {
      write('{"statusCode":2');
      write('00}\0\0\0');
      write('\0\0\0\0\0one');
      await goOn.promise;
      write(' two');
    });
    const { first, all } = read(url);
    expect(await first).toBe('one');
    goOn.resolve();
    expect(await all).toEqual({ body: 'one two', isWhole: true });
  });

  it.each<[string, Streaming, string]>([
    ['throws before its prelude', async () => FAILED, 'the function failed'],
    ['does not stream', async (write) => write('{"statusCode":200,"body":"x"}'), 'eight NUL bytes'],
    ['writes a prelude that is no JSON', async (write) => write(`nothing${NUL}`), 'expected a JSON object'],
    ['has a body in its prelude', async (write) => write(`{"body":"x"}${NUL}`), 'the result has body'],
    ['has no delimiter within 16 KB', async (write) => write(`{"a":"${'x'.repeat(16_384)}"}${NUL}`), 'within 16384'],
  ])('answers 502 for a function that %s', async (_, run, hint) => {
    const { url, entries } = await start(run);
    const answer = await send(url, { path: '/x' });
    expect([answer.status, answer.json()]).toEqual([502, { message: 'Internal server error' }]);
    expect(entries.some(({ message }) => message.includes(hint))).toBe(true);
  });

  it('breaks the connection when the function fails after its prelude, behind what it wrote', async () => {
    const { url } = await start(async (write) => {
      write(`{}${NUL}half`);
      return FAILED;
    });
    expect(await read(url).all).toEqual({ body: 'half', isWhole: false });
  });

  it('answers 504 when no prelude came in time, and breaks off after it: by its own timeout, or when nothing came for five minutes', async () => {
    const { url, clock } = await start((write) => {
      write(`{}${NUL}x`);
      return new Promise(() => undefined);
    });
    const { first, all } = read(url);
    await first;
    await clock.advance(300_000);
    expect(await all).toEqual({ body: 'x', isWhole: false });
    await running?.close();
    const silent = signal();
    const second = await start(() => {
      silent.resolve();
      return new Promise(() => undefined);
    });
    const answer = send(second.url, { path: '/x' });
    await silent.promise;
    await second.clock.advance(600_000);
    expect((await answer).status).toBe(504);
  });

  it('lets the function go on when the client has gone', async () => {
    const goOn = signal();
    const ended = signal<string>();
    const { url } = await start(async (write) => {
      write(`{}${NUL}x`);
      await goOn.promise;
      write('y');
      ended.resolve('ended');
    });
    const gone = new Promise<void>((resolve) => {
      const request = get(`${url}/x`, (incoming) => {
        incoming.once('data', () => request.destroy());
        incoming.on('error', () => undefined);
        incoming.on('close', () => resolve());
      });
    });
    await gone;
    goOn.resolve();
    expect(await ended.promise).toBe('ended');
  });
});
