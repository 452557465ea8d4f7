/** The client on the real SageMaker runtime client, against answers written from AWS's API reference. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { model } from '../service/model.js';
import { TEST_CREDENTIALS } from './dynalite.fixture.js';
import { payloadPart, streamException } from './event-stream.fixture.js';
import { type HttpRecorder, type RecordedAnswer, type RecordedRequest, startRecorder } from './http-recorder.fixture.js';
import { createModelClient } from './model-client.js';

const Label = () => z.object({ label: z.string(), probability: z.number() });
const Classifier = model('Classifier', {
  input: () => z.object({ texts: z.array(z.string()).min(1) }),
  output: () => z.object({ labels: z.array(Label()) }),
  chunk: Label,
});

let recorder: HttpRecorder;
let answer: (request: RecordedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
beforeEach(async () => {
  recorder = await startRecorder((request) => answer(request));
});
afterEach(() => recorder.close());

const connection = () => ({
  location: 'classifier-1',
  region: 'eu-west-1',
  endpoint: recorder.origin,
  credentials: async () => TEST_CREDENTIALS,
});
const classifier = (timeoutMs?: number) =>
  createModelClient({
    grant: Classifier.allow('invoke', 'invokeStream'),
    ...connection(),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const failure = (status: number, type: string, more: object = {}) => json(status, { Message: 'no', ...more }, { 'x-amzn-errortype': type });

const input = { texts: ['Kürbis'] };

describe('invoke', () => {
  test('posts JSON to the endpoint and gives what the model answered', async () => {
    answer = () => json(200, { labels: [{ label: 'recipe', probability: 0.75 }], took: 3 });
    expect(await classifier().invoke(input)).toEqual({ labels: [{ label: 'recipe', probability: 0.75 }] });
    expect(recorder.requests).toMatchObject([
      {
        method: 'POST',
        path: '/endpoints/classifier-1/invocations',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      },
    ]);
    expect(recorder.requests[0]?.body.toString()).toBe('{"texts":["Kürbis"]}');
  });

  test('sends nothing that does not fit the schema, nor over 6 MB', async () => {
    await expect(classifier().invoke({ texts: [] })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    await expect(classifier().invoke({ texts: ['x'.repeat(6_291_456)] })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(recorder.requests).toEqual([]);
  });

  test('a model that failed is FAILED_DEPENDENCY; its status and its log are logged, and nothing it said', async () => {
    answer = () => failure(424, 'ModelError', { OriginalStatusCode: 500, OriginalMessage: 'Kürbis', LogStreamArn: 'arn:aws:logs:x' });
    const failed = classifier().invoke(input);
    await expect(failed).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] model Classifier failed, and so did what needs it',
      cause: { message: 'model Classifier (classifier-1) failed with status 500; its log: arn:aws:logs:x' },
    });
    expect(recorder.requests).toHaveLength(1);
  });

  test('an answer that is no JSON, no UTF-8 or of another shape is FAILED_DEPENDENCY, and is not logged', async () => {
    for (const body of ['Kürbis', Buffer.from([0x22, 0xff, 0x22]), '{"labels":[{"label":"Kürbis"}]}']) {
      answer = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
      const failed = classifier().invoke(input);
      await expect(failed).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY', cause: { message: expect.not.stringContaining('Kürbis') } });
    }
  });

  test('an endpoint that is busy, starting or in trouble is SERVICE_UNAVAILABLE', async () => {
    for (const busy of [
      failure(429, 'ModelNotReadyException'),
      failure(503, 'ServiceUnavailable'),
      failure(530, 'InternalDependencyException'),
      failure(400, 'ThrottlingException'),
    ]) {
      answer = () => busy;
      await expect(classifier().invoke(input)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    expect(recorder.requests).toHaveLength(4);
  });

  test('a lost connection is tried once more', async () => {
    const broken: RecordedAnswer = {
      status: 200,
      headers: { 'content-length': '100' },
      body: (async function* () {
        yield Buffer.from('{');
        throw new Error('gone');
      })(),
    };
    answer = () => (recorder.requests.length === 1 ? broken : json(200, { labels: [] }));
    expect(await classifier().invoke(input)).toEqual({ labels: [] });
    expect(recorder.requests).toHaveLength(2);
    await recorder.close();
    await expect(classifier().invoke(input)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a model that takes too long is TIMEOUT, and is not asked again', async () => {
    answer = () => new Promise(() => {});
    await expect(classifier(50).invoke(input)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(recorder.requests).toHaveLength(1);
  });

  test('a denial names action, endpoint and what to add to `uses`, in the log', async () => {
    answer = () => failure(403, 'AccessDeniedException');
    await expect(classifier().invoke(input)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        "sagemaker:InvokeEndpoint on model Classifier (classifier-1) was denied: add 'invoke' to Classifier.allow(…) in the service's `uses` and deploy",
    });
  });

  test('an endpoint that is not there is ours to repair', async () => {
    answer = () => failure(400, 'ValidationError');
    await expect(classifier().invoke(input)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('speaks CSV: rows of texts and numbers', async () => {
    const Rows = () => z.array(z.array(z.union([z.string(), z.number()])));
    const Forecast = model('Forecast', { input: Rows, output: Rows, contentType: 'text/csv' });
    answer = () => ({ status: 200, headers: { 'content-type': 'text/csv' }, body: '0.5,"a, b"\r\n7,\n' });
    const client = createModelClient({ grant: Forecast.allow('invoke'), ...connection() });
    expect(
      await client.invoke([
        [1.5, 'say "hi"'],
        [2, '3'],
      ]),
    ).toEqual([
      [0.5, 'a, b'],
      [7, ''],
    ]);
    expect(recorder.requests).toMatchObject([{ headers: { 'content-type': 'text/csv', accept: 'text/csv' } }]);
    expect(recorder.requests[0]?.body.toString()).toBe('1.5,"say ""hi"""\n2,"3"\n');
  });

  test('speaks JSON lines: a list with one element a line', async () => {
    const Lines = () => z.array(z.object({ n: z.number() }));
    const Counter = model('Counter', { input: Lines, output: Lines, contentType: 'application/jsonlines' });
    answer = () => ({ status: 200, headers: { 'content-type': 'application/jsonlines' }, body: '{"n":2}\n\n{"n":3}' });
    const client = createModelClient({ grant: Counter.allow('invoke'), ...connection() });
    expect(await client.invoke([{ n: 1 }, { n: 2 }])).toEqual([{ n: 2 }, { n: 3 }]);
    expect(recorder.requests[0]?.body.toString()).toBe('{"n":1}\n{"n":2}\n');
  });
});

describe('invokeStream', () => {
  const streamed = (pieces: () => AsyncIterable<Uint8Array>): RecordedAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-sagemaker-content-type': 'application/json' },
    body: pieces(),
  });

  test('gives lines as they arrive, wherever they are cut', async () => {
    const text = Buffer.from('{"label":"Kürbis 🎃","probability":0.5}\r\n{"label":"b","probability":1}');
    answer = () =>
      streamed(async function* () {
        for (const byte of text) yield payloadPart(Buffer.from([byte]));
      });
    const chunks: unknown[] = [];
    for await (const chunk of classifier().invokeStream(input)) chunks.push(chunk);
    expect(chunks).toEqual([
      { label: 'Kürbis 🎃', probability: 0.5 },
      { label: 'b', probability: 1 },
    ]);
    expect(recorder.requests).toMatchObject([{ method: 'POST', path: '/endpoints/classifier-1/invocations-response-stream' }]);
    expect(recorder.requests[0]?.headers['x-amzn-sagemaker-accept']).toBe('application/json');
  });

  const first = payloadPart(Buffer.from('{"label":"a","probability":1}\n'));

  test('gives the first line before the second is there, and ends the request when it is left', async () => {
    const never = new Promise<never>(() => {});
    answer = () =>
      streamed(async function* () {
        yield first;
        await never;
      });
    for await (const chunk of classifier().invokeStream(input)) {
      expect(chunk).toEqual({ label: 'a', probability: 1 });
      break;
    }
    await recorder.requests[0]?.closed;
  });

  test('a model that fails in the middle is FAILED_DEPENDENCY, behind the lines that came', async () => {
    answer = () =>
      streamed(async function* () {
        yield first;
        yield streamException('ModelStreamError', { Message: 'Kürbis', ErrorCode: 'ModelInvocationTimeExceeded' });
      });
    const chunks: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of classifier().invokeStream(input)) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      cause: { message: 'model Classifier (classifier-1) failed while it streamed: ModelInvocationTimeExceeded' },
    });
    expect(chunks).toHaveLength(1);
  });

  const readAll = async (timeoutMs?: number) => {
    for await (const _ of classifier(timeoutMs).invokeStream(input));
  };

  test('a connection that breaks is SERVICE_UNAVAILABLE', async () => {
    answer = () =>
      streamed(async function* () {
        yield first;
        throw new Error('gone');
      });
    await expect(readAll()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('silence in the middle is TIMEOUT', async () => {
    answer = () =>
      streamed(async function* () {
        yield first;
        await new Promise(() => {});
      });
    await expect(readAll(100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await recorder.requests[0]?.closed;
  });

  test('a line that does not fit, or is no UTF-8, is FAILED_DEPENDENCY', async () => {
    for (const line of ['{"label":7}\n', 'oops\n', Buffer.from([0xff, 0x0a])]) {
      answer = () =>
        streamed(async function* () {
          yield payloadPart(Buffer.from(line));
        });
      await expect(readAll()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
    }
  });

  test('a failure before the stream is told like any other', async () => {
    answer = () => failure(424, 'ModelError', { OriginalStatusCode: 503, LogStreamArn: 'arn:aws:logs:x' });
    await expect(readAll()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
    answer = () => failure(503, 'ServiceUnavailable');
    await expect(readAll()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a model that declares no chunks does not stream', async () => {
    const Silent = model('Silent', { input: () => z.string(), output: () => z.string() });
    answer = () =>
      streamed(async function* () {
        yield first;
      });
    const client = createModelClient({ grant: Silent.allow('invokeStream'), ...connection() });
    await expect(client.invokeStream('x')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });
});
