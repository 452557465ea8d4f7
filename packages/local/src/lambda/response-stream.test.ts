import { afterEach, describe, expect, it } from 'vitest';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

let fixture: HostFixture;

afterEach(() => fixture.close());

/** Calls and collects what is written; the second text is the payload of the end. */
async function streamed(
  name: string,
  payload: unknown = {},
): Promise<{ written: string[]; payload: string; functionError: string | undefined }> {
  const written: string[] = [];
  const result = await fixture.host.invoke(name, payload, { onBytes: (bytes) => written.push(Buffer.from(bytes).toString()) });
  return { written, payload: result.payload, functionError: result.functionError };
}

const CODE = `
  const { streamifyResponse, HttpResponseStream } = awslambda;
  exports.raw = streamifyResponse(async (event, stream, context) => {
    stream.write(JSON.stringify(event));
    stream.write(context.functionName);
    stream.end();
  });
  exports.http = streamifyResponse(async (event, stream) => {
    const http = HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-a': 'b' } });
    http.write(event.body);
    http.end();
  });
  exports.failing = streamifyResponse(async (event, stream) => {
    if (event.write) stream.write(event.write);
    throw new RangeError('too far');
  });
  exports.open = streamifyResponse(async (event, stream) => stream.write('never ended'));
  exports.plain = async () => ({ plain: true });
`;

const start = async (handler: string, runtime = 'nodejs24.x') => {
  fixture = await startHost({ 'fn/index.js': CODE }, { fn: { handler: `index.${handler}`, runtime } });
};

describe('a streamed handler', () => {
  it('hands on each write as it comes, and the runtime takes its three parameters for no callback', async () => {
    await start('raw');
    expect(await streamed('fn', { a: 1 })).toEqual({ written: ['{"a":1}', 'fn'], payload: '', functionError: undefined });
  });

  it('writes the prelude and eight NUL bytes before its first bytes, also before an empty text', async () => {
    await start('http');
    const prelude = '{"statusCode":201,"headers":{"x-a":"b"}}\0\0\0\0\0\0\0\0';
    expect((await streamed('fn', { body: 'hello' })).written).toEqual([prelude, 'hello']);
    expect((await streamed('fn', { body: '' })).written).toEqual([prelude]);
  });

  it('answers a caller that does not stream with all it wrote', async () => {
    await start('raw');
    expect(await fixture.host.invoke('fn', { a: 1 })).toEqual({ statusCode: 200, payload: '{"a":1}fn' });
  });

  it('fails with what it threw, after what it wrote', async () => {
    await start('failing');
    const { written, payload, functionError } = await streamed('fn', { write: 'first' });
    expect([written, functionError, JSON.parse(payload).errorType]).toEqual([['first'], 'Unhandled', 'RangeError']);
  });

  it('fails when its stream never ends', async () => {
    await start('open', 'nodejs22.x');
    const { functionError, payload } = await streamed('fn');
    expect([functionError, JSON.parse(payload).errorType]).toEqual(['Unhandled', 'Runtime.NodeJsExit']);
  });
});

describe('a handler that does not stream', () => {
  it('answers a caller that does with one piece', async () => {
    await start('plain');
    expect(await streamed('fn')).toEqual({ written: ['{"plain":true}'], payload: '', functionError: undefined });
  });
});
