import { query, service } from '@org/gateway-core';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createServiceHandler } from '../create-service-handler.js';
import { implement } from '../execute/implement.js';
import { v1 } from '../rest/rest.fixture.js';
import { defineService } from '../service/define-service.js';
import type { Awslambda, ResponseStream } from './awslambda.js';

const echo = service('echo', {
  say: query({ auth: 'public', input: () => z.object({ text: z.string() }), output: () => z.string(), rest: 'GET /echo/{text}' }),
});
const env = { GATEWAY_SERVICE: 'echo', GATEWAY_ALLOWED_ORIGIN: '*', GATEWAY_CONNECTIONS_TABLE: 'connections', GATEWAY_STREAMS: 'true' };
const lambda = { getRemainingTimeInMillis: () => 28_000 };

/** Lambda's global; a stream keeps what is written, and `next` waits for it. */
function fakeLambda() {
  const written: string[] = [];
  let wake = () => {};
  const stream: ResponseStream & { head?: string | undefined } = {
    write(text) {
      if (stream.head !== undefined) written.push(stream.head);
      stream.head = undefined;
      written.push(text);
      wake();
    },
    end: (onFinished) => {
      written.push('end');
      onFinished();
    },
  };
  const awslambda: Awslambda = {
    streamifyResponse: (handler) => handler,
    HttpResponseStream: {
      from: (_stream, { statusCode, headers, ...others }) => {
        expect(others).toEqual({});
        stream.head = `${statusCode} ${headers['content-type']}`;
        return stream;
      },
    },
  };
  const until = async (count: number) => {
    while (written.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { written, stream, awslambda, until };
}

/** The function as Lambda calls it. */
function start(say: (text: string) => string | Promise<string> = (text) => text) {
  const fake = fakeLambda();
  Object.assign(globalThis, { awslambda: fake.awslambda });
  const handlers = implement(defineService(echo, { uses: {} }), { say: ({ input }) => say(input.text) });
  const handler = createServiceHandler(handlers, env) as unknown as (
    event: unknown,
    stream: ResponseStream,
    context: object,
  ) => Promise<void>;
  return { ...fake, run: (event: unknown) => handler(event, fake.stream, lambda) };
}

afterEach(() => Reflect.deleteProperty(globalThis, 'awslambda'));

const pair = v1('GET', '/rpc/echo/say,say', {
  multiValueHeaders: { accept: ['application/jsonl,application/json;gw=2'] },
  multiValueQueryStringParameters: { batch: ['1'], input: ['{"0":{"text":"slow"},"1":{"text":"fast"}}'] },
});

describe('the function of a service on a stage that streams', () => {
  it('P2.17 writes the line of a call when it has ended, and waits for no other', async () => {
    let goOn: (text: string) => void = () => {};
    const { written, run, until } = start((text) =>
      text === 'fast'
        ? text
        : new Promise((resolve) => {
            goOn = resolve;
          }),
    );
    const running = run(pair);
    await until(3);
    const fast = '[1,0,[[{"result":{"data":"fast"}}]]]\n';
    expect(written).toEqual(['200 application/jsonl', '{"0":[[0],[null,0,0]],"1":[[0],[null,0,1]]}\n', fast]);
    goOn('at last');
    await running;
    expect(written.slice(3)).toEqual(['[0,0,[[{"result":{"data":"at last"}}]]]\n', 'end']);
  });

  it('answers everything else in one piece, an empty body too', async () => {
    const plain = start();
    await plain.run(v1('GET', '/echo/hello', { resource: '/echo/{text}', pathParameters: { text: 'hello' } }));
    expect(plain.written).toEqual(['200 application/json', '"hello"', 'end']);
    const head = start();
    await head.run(v1('HEAD', '/echo/hello', { resource: '/echo/{text}', pathParameters: { text: 'hello' } }));
    expect(head.written).toEqual(['200 application/json', '', 'end']);
  });

  it('answers socket frames and calls of other services as a plain function does: with JSON alone', async () => {
    const frame = start();
    const requestContext = { routeKey: 'echo', eventType: 'MESSAGE', connectionId: 'L0SM9cOFvHcCIhw=', requestId: 'r1', connectedAt: 0 };
    await frame.run({ requestContext, body: 'PING' });
    expect(frame.written).toEqual(['{"statusCode":200,"body":"PONG"}', 'end']);
    const call = start();
    const gatewayCall = { procedure: 'say', input: { text: 'hi' }, caller: 'search', requestId: 'r1', user: null, waits: true };
    await call.run({ gatewayCall });
    expect(call.written).toEqual(['{"outcome":{"ok":true,"data":"hi"}}', 'end']);
  });

  it('fails a call that nobody waits for, so that Lambda repeats it, before anything is written', async () => {
    const { run, written } = start(() => {
      throw new Error('not now');
    });
    const gatewayCall = { procedure: 'say', input: { text: 'hi' }, caller: 'search', requestId: 'r1', user: null, waits: false };
    await expect(run({ gatewayCall })).rejects.toThrow();
    expect(written).toEqual([]);
  });

  it('does not start without the global that a Node.js runtime of Lambda has', () => {
    const handlers = implement(defineService(echo, { uses: {} }), { say: ({ input }) => input.text });
    expect(() => createServiceHandler(handlers, env)).toThrow('there is no global awslambda');
  });
});
