import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { model } from '../service/model.js';
import { payloadPart, streamException } from './event-stream.fixture.js';
import type { RecordedAnswer } from './http-recorder.fixture.js';
import { failure, input, useFarEnd } from './model-client.fixture.js';
import { createModelClient } from './model-client.js';

const far = useFarEnd();

describe('invokeStream', () => {
  const streamed = (pieces: () => AsyncIterable<Uint8Array>): RecordedAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-sagemaker-content-type': 'application/json' },
    body: pieces(),
  });

  test('gives lines as they arrive, wherever they are cut', async () => {
    const text = Buffer.from('{"label":"Kürbis 🎃","probability":0.5}\r\n{"label":"b","probability":1}');
    far.answer = () =>
      streamed(async function* () {
        for (const byte of text) yield payloadPart(Buffer.from([byte]));
      });
    const chunks: unknown[] = [];
    for await (const chunk of far.classifier().invokeStream(input)) chunks.push(chunk);
    expect(chunks).toEqual([
      { label: 'Kürbis 🎃', probability: 0.5 },
      { label: 'b', probability: 1 },
    ]);
    expect(far.recorder.requests).toMatchObject([{ method: 'POST', path: '/endpoints/classifier-1/invocations-response-stream' }]);
    expect(far.recorder.requests[0]?.headers['x-amzn-sagemaker-accept']).toBe('application/jsonlines');
  });

  const first = payloadPart(Buffer.from('{"label":"a","probability":1}\n'));

  test('gives the first line before the second is there, and ends the request when it is left', async () => {
    const never = new Promise<never>(() => {});
    far.answer = () =>
      streamed(async function* () {
        yield first;
        await never;
      });
    for await (const chunk of far.classifier().invokeStream(input)) {
      expect(chunk).toEqual({ label: 'a', probability: 1 });
      break;
    }
    await far.recorder.requests[0]?.closed;
  });

  test('a model that fails in the middle is FAILED_DEPENDENCY, behind the lines that came', async () => {
    far.answer = () =>
      streamed(async function* () {
        yield first;
        yield streamException('ModelStreamError', { Message: 'Kürbis', ErrorCode: 'ModelInvocationTimeExceeded' });
      });
    const chunks: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of far.classifier().invokeStream(input)) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'FAILED_DEPENDENCY',
      cause: { message: 'model Classifier (classifier-1) failed while it streamed: ModelInvocationTimeExceeded' },
    });
    expect(chunks).toHaveLength(1);
  });

  const readAll = async (timeoutMs?: number) => {
    for await (const _ of far.classifier(timeoutMs).invokeStream(input));
  };

  test('a connection that breaks is SERVICE_UNAVAILABLE', async () => {
    far.answer = () =>
      streamed(async function* () {
        yield first;
        throw new Error('gone');
      });
    await expect(readAll()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('silence in the middle is TIMEOUT', async () => {
    far.answer = () =>
      streamed(async function* () {
        yield first;
        await new Promise(() => {});
      });
    await expect(readAll(100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await far.recorder.requests[0]?.closed;
  });

  test('a line that does not fit, or is no UTF-8, is FAILED_DEPENDENCY', async () => {
    for (const line of ['{"label":7}\n', 'oops\n', Buffer.from([0xff, 0x0a])]) {
      far.answer = () =>
        streamed(async function* () {
          yield payloadPart(Buffer.from(line));
        });
      await expect(readAll()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
    }
  });

  test('a failure before the stream is told like any other', async () => {
    far.answer = () => failure(424, 'ModelError', { OriginalStatusCode: 503, LogStreamArn: 'arn:aws:logs:x' });
    await expect(readAll()).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY' });
    far.answer = () => failure(503, 'ServiceUnavailable');
    await expect(readAll()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  test('a model that declares no chunks does not stream', async () => {
    const Silent = model('Silent', { input: () => z.string(), output: () => z.string() });
    far.answer = () =>
      streamed(async function* () {
        yield first;
      });
    const client = createModelClient({ grant: Silent.allow('invokeStream'), ...far.connection() });
    await expect(client.invokeStream('x')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  });
});
