import { mutation, query, service } from '@org/gateway-core';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type FunctionGrant, type SentCall, type ServiceCall, serviceFunction } from '../service/function.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { createFunctionClient } from './function-client.js';
import { type HttpRecorder, type RecordedAnswer, startRecorder } from './http-recorder.fixture.js';
import { createSdk, type Sdk } from './sdk.js';

const Index = () => z.object({ index: z.string() });
const indexing = service('indexing', {
  state: query({ input: Index, output: () => z.object({ done: z.boolean() }) }),
  rebuild: mutation({ input: Index, idempotent: true }),
  drop: mutation({ input: Index }),
});
const procedures = ['state', 'rebuild', 'drop'] as const;
const waited = serviceFunction(indexing).allow(...procedures);
const sent = serviceFunction(indexing).allowSend(...procedures);
const ann = { id: 'ann', claims: { sub: 'ann', scope: 'search' } };

const open: { sdk: Sdk; recorder: HttpRecorder }[] = [];
afterEach(async () => {
  for (const { sdk, recorder } of open.splice(0)) {
    await sdk.close();
    await recorder.close();
  }
});

let nowMs = 1_700_000_000_123;

type TimedAnswer = RecordedAnswer & { readonly afterMs?: number };

async function clientOf(grant: FunctionGrant<unknown>, answers: readonly TimedAnswer[], endsAtMs?: number) {
  const recorder = await startRecorder(() => {
    const { afterMs = 0, ...answer } = answers[Math.min(recorder.requests.length, answers.length) - 1] as TimedAnswer;
    nowMs += afterMs;
    return answer;
  });
  const sdk = createSdk({ region: 'eu-west-1', endpoint: recorder.origin, credentials: TEST_CREDENTIALS, now: Date.now });
  open.push({ sdk, recorder });
  const client = createFunctionClient({
    grant,
    functionName: 'gateway-indexing-1',
    lambda: sdk.lambda,
    caller: 'search',
    timeoutMs: 27_000,
    clock: { sleep: () => Promise.resolve(), now: () => nowMs },
    random: () => 0.5,
  });
  // What the calling service has read of the claims is its own.
  const user = { id: 'ann', claims: { level: 3 } };
  return { recorder, client: client({ user, identity: ann, requestId: 'r1', endsAtMs }) };
}

async function called(...answers: readonly TimedAnswer[]) {
  const { recorder, client } = await clientOf(waited, answers);
  return { recorder, indexing: client as Record<(typeof procedures)[number], ServiceCall<unknown, unknown>> };
}

async function sending(...answers: readonly TimedAnswer[]) {
  const { recorder, client } = await clientOf(sent, answers);
  return { recorder, indexing: client as Record<(typeof procedures)[number], SentCall<unknown>> };
}

const answered = (value: unknown, headers = {}): RecordedAnswer => ({ status: 200, headers, body: JSON.stringify(value) });
const done = answered({ outcome: { ok: true, data: { done: true } } });
const refused = (status: number, type: string): RecordedAnswer => ({
  status,
  headers: { 'x-amzn-errortype': type, 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'no' }),
});

describe('a call', () => {
  test('sends procedure, input, caller and user, waits, and answers with the result', async () => {
    const { indexing: client, recorder } = await called(done);
    expect(await client.state({ index: 'a' })).toEqual({ done: true });
    const [request] = recorder.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/2015-03-31/functions/gateway-indexing-1/invocations' });
    expect(request?.headers['x-amz-invocation-type']).toBe('RequestResponse');
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({
      gatewayCall: { procedure: 'state', input: { index: 'a' }, caller: 'search', requestId: 'r1', user: ann, waits: true, dl: 27_000 },
    });
  });

  test('P3.24 hands on what is left of its caller’s deadline, and what is sent has none', async () => {
    const inTime = await clientOf(waited, [done], nowMs + 4_000);
    const late = await clientOf(waited, [done], nowMs - 1);
    const send = await clientOf(sent, [answered('')], nowMs + 4_000);
    type Calls = Record<(typeof procedures)[number], ServiceCall<unknown, unknown> & SentCall<unknown>>;
    await (inTime.client as Calls).state({ index: 'a' });
    await (late.client as Calls).state({ index: 'a' }).catch(() => undefined);
    await (send.client as Calls).drop.send({ index: 'a' });
    const left = [inTime, late, send].flatMap(({ recorder }) =>
      recorder.requests.map(({ body }) => JSON.parse(body.toString()).gatewayCall.dl),
    );
    expect([left[0], left.at(-1)]).toEqual([4_000, undefined]);
    expect(left.slice(1, -1).every((ms) => ms === 1)).toBe(true);
  });

  test('a result that is nothing is undefined', async () => {
    const { indexing: client } = await called(answered({ outcome: { ok: true } }));
    expect(await client.drop({ index: 'a' })).toBeUndefined();
  });

  test("throws the other service's error with its code, name, data and issues", async () => {
    const error = {
      code: 'CONFLICT',
      message: '[REBUILDING] indexing.drop: {"by":"bob"}',
      path: 'indexing.drop',
      requestId: 'r1',
      error: 'REBUILDING',
      details: { by: 'bob' },
    };
    const { indexing: client } = await called(answered({ outcome: { ok: false, error } }));
    await expect(client.drop({ index: 'a' })).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'CONFLICT',
      message: '[REBUILDING] indexing.drop: {"by":"bob"}',
      error: 'REBUILDING',
      data: { by: 'bob' },
      path: 'indexing.drop',
    });
  });

  test('a throttled function did not run: any call is repeated', async () => {
    const { indexing: client, recorder } = await called(refused(429, 'TooManyRequestsException'), done);
    await client.drop({ index: 'a' });
    expect(recorder.requests).toHaveLength(2);
  });

  test('still throttled after three attempts is SERVICE_UNAVAILABLE and names the service', async () => {
    const { indexing: client, recorder } = await called(refused(429, 'TooManyRequestsException'));
    await expect(client.drop({ index: 'a' })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: '[SERVICE_UNAVAILABLE] service indexing is busy or out of reach; try again',
    });
    expect(recorder.requests).toHaveLength(3);
  });

  test.each([
    ['state', 3],
    ['rebuild', 3],
    ['drop', 1],
  ] as const)('Lambda in trouble: %s is tried %i times', async (name, attempts) => {
    const { indexing: client, recorder } = await called(refused(500, 'ServiceException'));
    await expect(client[name]({ index: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(attempts);
  });

  test.each([
    ['crashed', { errorType: 'Error', errorMessage: 'secret' }, 'INTERNAL_SERVER_ERROR'],
    ['ran out of time', { errorMessage: '2026-11-25T10:00:00Z r1 Task timed out after 28.00 seconds' }, 'TIMEOUT'],
    ['ran out of time (newer text)', { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: r1 Error: Task timed out' }, 'TIMEOUT'],
  ])('a function that %s is %s %s, without repetition', async (_, payload, code) => {
    const { indexing: client, recorder } = await called(answered(payload, { 'x-amz-function-error': 'Unhandled' }));
    await expect(client.state({ index: 'a' })).rejects.toMatchObject({ code });
    expect(recorder.requests).toHaveLength(1);
  });

  test('is not repeated when its time is over', async () => {
    const { indexing: client, recorder } = await called({ ...refused(500, 'ServiceException'), afterMs: 14_000 });
    await expect(client.state({ index: 'a' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(recorder.requests).toHaveLength(2);
  });

  test('an answer of another form is INTERNAL_SERVER_ERROR', async () => {
    const { indexing: client } = await called(answered({ statusCode: 404 }));
    await expect(client.state({ index: 'a' })).rejects.toThrow('answered: got {"statusCode":404}, expected {"outcome":…}');
  });

  test('a denial names the action, the function and the line to add', async () => {
    const { indexing: client } = await called(refused(403, 'AccessDeniedException'));
    await expect(client.rebuild({ index: 'a' })).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        "lambda:InvokeFunction on function FunctionIndexing (gateway-indexing-1) was denied: add 'rebuild' to serviceFunction(indexing).allow(…) in the service's `uses` and deploy",
    });
  });

  test('an input that Lambda does not take is PAYLOAD_TOO_LARGE', async () => {
    const { indexing: client } = await called(refused(413, 'RequestTooLargeException'));
    await expect(client.drop({ index: 'a' })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('send', () => {
  test('leaves the call with Lambda and waits for nothing', async () => {
    const { indexing: client, recorder } = await sending({ status: 202 });
    expect(await client.drop.send({ index: 'a' })).toBeUndefined();
    expect(recorder.requests[0]?.headers['x-amz-invocation-type']).toBe('Event');
    expect(JSON.parse(recorder.requests[0]?.body.toString() ?? '')).toMatchObject({ gatewayCall: { procedure: 'drop', waits: false } });
  });

  test('is repeated when Lambda is in trouble: it runs at least once', async () => {
    const { indexing: client, recorder } = await sending(refused(500, 'ServiceException'), { status: 202 });
    await client.drop.send({ index: 'a' });
    expect(recorder.requests).toHaveLength(2);
  });
});
