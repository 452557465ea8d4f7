import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { model } from '../service/model.js';
import type { RecordedAnswer } from './http-recorder.fixture.js';
import { failure, input, json, useFarEnd } from './model-client.fixture.js';
import { createModelClient } from './model-client.js';

const far = useFarEnd();

describe('invoke', () => {
  test('posts JSON to the endpoint and gives what the model answered', async () => {
    far.answer = () => json(200, { labels: [{ label: 'recipe', probability: 0.75 }], took: 3 });
    expect(await far.classifier().invoke(input)).toEqual({ labels: [{ label: 'recipe', probability: 0.75 }] });
    expect(far.recorder.requests).toMatchObject([
      {
        method: 'POST',
        path: '/endpoints/classifier-1/invocations',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      },
    ]);
    expect(far.recorder.requests[0]?.body.toString()).toBe('{"texts":["Kürbis"]}');
  });

  test('sends nothing that does not fit the schema, nor over 6 MB', async () => {
    await expect(far.classifier().invoke({ texts: [] })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    await expect(far.classifier().invoke({ texts: ['x'.repeat(6_291_456)] })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(far.recorder.requests).toEqual([]);
  });

  test('a model that failed is FAILED_DEPENDENCY; its status and its log are logged, and nothing it said', async () => {
    far.answer = () => failure(424, 'ModelError', { OriginalStatusCode: 500, OriginalMessage: 'Kürbis', LogStreamArn: 'arn:aws:logs:x' });
    const failed = far.classifier().invoke(input);
    await expect(failed).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      message: '[FAILED_DEPENDENCY] model Classifier failed, and so did what needs it',
      cause: { message: 'model Classifier (classifier-1) failed with status 500; its log: arn:aws:logs:x' },
    });
    expect(far.recorder.requests).toHaveLength(1);
  });

  test('an answer that is no JSON, no UTF-8 or of another shape is FAILED_DEPENDENCY, and is not logged', async () => {
    for (const body of ['Kürbis', Buffer.from([0x22, 0xff, 0x22]), '{"labels":[{"label":"Kürbis"}]}']) {
      far.answer = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
      const failed = far.classifier().invoke(input);
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
      far.answer = () => busy;
      await expect(far.classifier().invoke(input)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    expect(far.recorder.requests).toHaveLength(4);
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
    far.answer = () => (far.recorder.requests.length === 1 ? broken : json(200, { labels: [] }));
    expect(await far.classifier().invoke(input)).toEqual({ labels: [] });
    expect(far.recorder.requests).toHaveLength(2);
    await far.recorder.close();
    await expect(far.classifier().invoke(input)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a model that takes too long is TIMEOUT, and is not asked again', async () => {
    far.answer = () => new Promise(() => {});
    await expect(far.classifier(1_000).invoke(input)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(far.recorder.requests).toHaveLength(1);
  });

  test('a denial names action, endpoint and what to add to `uses`, in the log', async () => {
    far.answer = () => failure(403, 'AccessDeniedException');
    await expect(far.classifier().invoke(input)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message:
        "sagemaker:InvokeEndpoint on model Classifier (classifier-1) was denied: add 'invoke' to Classifier.allow(…) in the service's `uses` and deploy",
    });
  });

  test('an endpoint that is not there is ours to repair', async () => {
    far.answer = () => failure(400, 'ValidationError');
    await expect(far.classifier().invoke(input)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test('speaks CSV: rows of texts and numbers', async () => {
    const Rows = () => z.array(z.array(z.union([z.string(), z.number()])));
    const Forecast = model('Forecast', { input: Rows, output: Rows, contentType: 'text/csv' });
    far.answer = () => ({ status: 200, headers: { 'content-type': 'text/csv' }, body: '0.5,"a, b"\r\n7,\n' });
    const client = createModelClient({ grant: Forecast.allow('invoke'), ...far.connection() });
    expect(
      await client.invoke([
        [1.5, 'say "hi"'],
        [2, '3'],
      ]),
    ).toEqual([
      [0.5, 'a, b'],
      [7, ''],
    ]);
    expect(far.recorder.requests).toMatchObject([{ headers: { 'content-type': 'text/csv', accept: 'text/csv' } }]);
    expect(far.recorder.requests[0]?.body.toString()).toBe('1.5,"say ""hi"""\n2,"3"\n');
  });

  test('speaks JSON lines: a list with one element a line', async () => {
    const Lines = () => z.array(z.object({ n: z.number() }));
    const Counter = model('Counter', { input: Lines, output: Lines, contentType: 'application/jsonlines' });
    far.answer = () => ({ status: 200, headers: { 'content-type': 'application/jsonlines' }, body: '{"n":2}\n\n{"n":3}' });
    const client = createModelClient({ grant: Counter.allow('invoke'), ...far.connection() });
    expect(await client.invoke([{ n: 1 }, { n: 2 }])).toEqual([{ n: 2 }, { n: 3 }]);
    expect(far.recorder.requests[0]?.body.toString()).toBe('{"n":1}\n{"n":2}\n');
  });
});
