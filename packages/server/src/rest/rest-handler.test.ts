/** Expected answers are written from PROTOCOL.md section 2 and 4. */

import { describe, expect, it } from 'vitest';
import { answer, notesRest, v1, v1Json } from './rest.fixture.js';

const REQUEST_ID = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';

const query = (name: string, input?: string, more: Record<string, string> = {}) => {
  const multi = {
    ...(input === undefined ? {} : { input: [input] }),
    ...Object.fromEntries(Object.entries(more).map(([k, v]) => [k, [v]])),
  };
  return v1('GET', `/rpc/notes/${name}`, { multiValueQueryStringParameters: multi });
};

describe('RPC calls', () => {
  it('P2.1 runs a query by GET with its input in the query string', async () => {
    const { status, json } = await answer(query('get', '{"id":"a b"}'));
    expect(status).toBe(200);
    expect(json).toEqual({ result: { data: { id: 'a b', text: 'hello' } } });
  });

  it('P2.1 runs a mutation by POST with its input as JSON body', async () => {
    const { status, json } = await answer(v1Json('/rpc/notes/add', '{"text":"  hi  "}'));
    expect(status).toBe(200);
    expect(json).toEqual({ result: { data: { id: 'n1', text: 'hi' } } });
  });

  it('P2.1 reads a base64 body as the JSON it encodes', async () => {
    const { json } = await answer(v1Json('/rpc/notes/add', 'eyJ0ZXh0Ijoiw6kifQ==', { isBase64Encoded: true }));
    expect(json).toEqual({ result: { data: { id: 'n1', text: 'é' } } });
  });

  it('P2.16 writes dates and bigints as texts and says where they are; routes write them alike', async () => {
    const { json } = await answer(query('stamp', '{"at":"2024-02-29T12:00:00.000Z"}'));
    const data = { next: '2024-02-29T12:00:00.001Z', size: '90071992547409931' };
    expect(json.result).toEqual({
      data,
      codecs: [
        ['d', 'next'],
        ['n', 'size'],
      ],
    });
    expect((await answer(v1('GET', '/stamps/2024-02-29T12%3A00%3A00Z'))).json).toEqual(data);
  });

  it('P2.2 leaves data out when a procedure has no output', async () => {
    const { status, json } = await answer(v1Json('/rpc/notes/nothing', ''));
    expect(status).toBe(200);
    expect(json).toEqual({ result: {} });
  });

  it('P2.2 answers a declared error with its status, name and data', async () => {
    const { status, json } = await answer(query('get', '{"id":"missing"}'));
    expect(status).toBe(404);
    expect(json.error.code).toBe(-32004);
    expect(json.error.data).toEqual({
      code: 'NOT_FOUND',
      httpStatus: 404,
      path: 'notes.get',
      error: 'NOT_FOUND',
      details: { id: 'missing' },
      requestId: REQUEST_ID,
    });
  });

  it('P4.4 names the trace of the request in an error', async () => {
    const trace = { 'X-Amzn-Trace-Id': ['Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678'] };
    const { json } = await answer({ ...query('get', '{"id":"missing"}'), multiValueHeaders: trace });
    expect(json.error.data.traceId).toBe('1-67891233-abcdef012345678912345678');
  });

  it('P2.2 sends a declared error of another name with the code it stands for', async () => {
    const { status, json } = await answer(v1Json('/rpc/notes/add', '{"text":"one too many"}'));
    expect(status).toBe(409);
    expect(json.error.data).toMatchObject({ code: 'CONFLICT', error: 'FULL', details: { max: 3 } });
  });

  it.each([
    ['a mutation by GET', query('add', '{"text":"x"}'), 'OPTIONS, POST'],
    ['a query by POST', v1Json('/rpc/notes/get', '{"id":"a"}'), 'GET, HEAD, OPTIONS'],
    ['a subscription', query('watch'), 'OPTIONS'],
    ['a query by DELETE', v1('DELETE', '/rpc/notes/get'), 'GET, HEAD, OPTIONS'],
  ])('P2.3 refuses %s with 405 and Allow', async (_, event, allow) => {
    const { status, headers, json } = await answer(event);
    expect(status).toBe(405);
    expect(headers.allow).toBe(allow);
    expect(json.error.data.code).toBe('METHOD_NOT_SUPPORTED');
  });

  it('P2.4 answers HEAD with the status and headers of GET and no body', async () => {
    const { status, headers, body } = await answer({ ...query('get', '{"id":"a"}'), httpMethod: 'HEAD' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toBe('');
  });

  it('P2.4 answers HEAD of a failure with its status', async () => {
    const { status, body } = await answer({ ...query('get', '{"id":"missing"}'), httpMethod: 'HEAD' });
    expect([status, body]).toEqual([404, '']);
  });

  it('P2.5 answers a batch in the order of the path', async () => {
    const { status, json } = await answer(query('get,mine', '{"0":{"id":"a"}}', { batch: '1' }));
    expect(status).toBe(200);
    expect(json).toEqual([{ result: { data: { id: 'a', text: 'hello' } } }, { result: { data: 'mine' } }]);
  });

  it('P2.5 takes the comma of a batch percent-encoded too', async () => {
    const { json } = await answer(query('mine%2Cmine', '{}', { batch: '1' }));
    expect(json).toHaveLength(2);
  });

  it('P2.5 refuses more than 100 calls', async () => {
    const { status, json } = await answer(query(Array(101).fill('mine').join(','), '{}', { batch: '1' }));
    expect(status).toBe(413);
    expect(json.error.data.code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('P2.6 answers a batch of different statuses with 207 and lets each item speak for itself', async () => {
    const { status, json } = await answer(query('get,get,crash', '{"0":{"id":"a"},"1":{"id":""}}', { batch: '1' }));
    expect(status).toBe(207);
    expect(json[0]).toEqual({ result: { data: { id: 'a', text: 'hello' } } });
    expect(json[1].error.data.code).toBe('BAD_REQUEST');
    expect(json[2].error.message).toBe('Internal server error');
  });

  it('P2.6 fails only the call whose output JSON cannot carry, and logs why', async () => {
    const { handle, logLines } = notesRest();
    const { statusCode, body } = await handle(query('mine,count', '{}', { batch: '1' }));
    expect(statusCode).toBe(207);
    expect(JSON.parse(body)).toMatchObject([
      { result: { data: 'mine' } },
      { error: { message: 'Internal server error', data: { code: 'INTERNAL_SERVER_ERROR', path: 'notes.count', requestId: REQUEST_ID } } },
    ]);
    expect(logLines.join()).toContain('BigInt');
  });

  it('P2.6 does not lose the other answers to one input with very many wrong items', async () => {
    const input = JSON.stringify({ 0: Array(100_000).fill(0) });
    const { status, json } = await answer(query('tags,mine', input, { batch: '1' }));
    expect(status).toBe(207);
    expect(json[0].error.data.issues).toHaveLength(50);
    expect(json[1]).toEqual({ result: { data: 'mine' } });
  });

  it('P2.3 runs nothing of a batch by DELETE, whatever it begins with', async () => {
    const { status, headers, json } = await answer({ ...query('nope,get', '{"1":{"id":"a"}}', { batch: '1' }), httpMethod: 'DELETE' });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(json.error.data).toMatchObject({ code: 'METHOD_NOT_SUPPORTED', path: 'notes.get' });
  });

  it('answers 413 before Lambda refuses the answer, which it counts as JSON in JSON', async () => {
    // Each quote is \" in the body, and \\\" in the result: 4 bytes.
    expect((await answer(query('huge', '{"n":1500000}'))).status).toBe(200);
    const { status, json } = await answer(query('huge', '{"n":1600000}'));
    expect([status, json.error.data.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('P2.7 answers an unknown procedure with 404, also for names of Object.prototype', async () => {
    for (const name of ['nope', 'constructor', '__proto__', 'get.more', 'get,mine']) {
      const { status, json } = await answer(query(name));
      expect([name, status, json.error.data.code]).toEqual([name, 404, 'NOT_FOUND']);
    }
  });

  it('P2.7 says where input does not fit', async () => {
    const { status, json } = await answer(query('get', '{"id":5}'));
    expect(status).toBe(400);
    expect(json.error.data.code).toBe('BAD_REQUEST');
    expect(json.error.data.issues).toEqual([{ path: ['id'], message: 'Invalid input: expected string, received number' }]);
    expect(json.error.message).toBe(
      '[BAD_REQUEST] notes.get: input does not fit: id: Invalid input: expected string, received number, got 5',
    );
  });

  it.each([
    ['malformed JSON body', v1Json('/rpc/notes/add', '{"text":'), 400, 'PARSE_ERROR', 'body is not JSON: got "{"text":"'],
    ['malformed JSON input', query('get', '{id:1}'), 400, 'PARSE_ERROR', 'input is not JSON: got "{id:1}"'],
    [
      'truncated base64',
      v1Json('/rpc/notes/add', 'eyJ0ZXh0IjoiaG', { isBase64Encoded: true }),
      400,
      'PARSE_ERROR',
      'body is marked base64 but is not: got 14 characters',
    ],
    ['base64 of no UTF-8', v1Json('/rpc/notes/add', '/w==', { isBase64Encoded: true }), 400, 'PARSE_ERROR', 'body is not UTF-8'],
    [
      'a form body',
      v1('POST', '/rpc/notes/add', { headers: { 'content-type': 'text/plain' }, body: '{"text":"x"}' }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'body of type text/plain, expected application/json',
    ],
    ['a batch input that is no object', query('get', '5', { batch: '1' }), 400, 'BAD_REQUEST', 'batch input is 5'],
    ['a batch input that is a list', query('get', '[{}]', { batch: '1' }), 400, 'BAD_REQUEST', 'batch input is [{}]'],
    [
      'a wrong letter in base64',
      v1Json('/rpc/notes/add', 'eyJ0ZXh0I!o=', { isBase64Encoded: true }),
      400,
      'PARSE_ERROR',
      'body is marked base64 but is not: got 12 characters',
    ],
    ['a broken percent-encoding', v1('GET', '/rpc/notes/%E0%A4%A'), 400, 'BAD_REQUEST', 'is not percent-encoded UTF-8'],
  ])('P2.7 answers %s with a typed error that says what was got', async (_, event, status, code, message) => {
    const got = await answer(event);
    expect([got.status, got.json.error.data.code]).toEqual([status, code]);
    expect(got.json.error.message).toContain(message);
  });

  it('P2.8 does not send output that breaks the contract, and logs what was wrong', async () => {
    const { handle, logLines } = notesRest();
    const { statusCode, body } = await handle(query('liar'));
    expect(statusCode).toBe(500);
    expect(JSON.parse(body).error.message).toBe('Internal server error');
    expect(logLines.join()).toContain('output does not fit the contract');
  });

  it('P2.8 sends only what the output schema has', async () => {
    const { json } = await answer(v1Json('/rpc/notes/add', '{"text":"x"}'));
    expect(json.result.data).not.toHaveProperty('extra');
  });

  it('P2.11 sends the common headers on success and failure', async () => {
    for (const event of [query('mine'), query('nope')]) {
      const { headers } = await answer(event);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
        'x-request-id': REQUEST_ID,
        'cache-control': 'no-store',
      });
    }
  });

  it('P4.2 never sends a cause', async () => {
    const { handle, logLines } = notesRest();
    const { body } = await handle(query('crash'));
    expect(body).not.toContain('hunter2');
    expect(logLines.join()).toContain('hunter2');
  });

  it('answers 404 below another service', async () => {
    expect((await answer(v1('GET', '/rpc/other/get'))).status).toBe(404);
    expect((await answer(v1('GET', '/rpc/notes'))).status).toBe(404);
  });
});

describe('who calls', () => {
  const as = (authorizer: unknown, name: string) => ({ ...query(name), requestContext: { requestId: REQUEST_ID, authorizer } });

  it('refuses an anonymous caller where a user is needed', async () => {
    const { status, json } = await answer(query('secret'));
    expect([status, json.error.data.code]).toEqual([401, 'UNAUTHORIZED']);
  });

  it.each([
    ['a Cognito authorizer', { claims: { sub: 'user-1' } }],
    ['a Lambda authorizer', { principalId: 'user-1', tenant: 't' }],
  ])('takes the user of %s', async (_, authorizer) => {
    expect((await answer(as(authorizer, 'secret'))).json).toEqual({ result: { data: 'user-1' } });
  });

  it('refuses a user without the scope, and names it', async () => {
    const { status, json } = await answer(as({ claims: { sub: 'u', scope: 'other' } }, 'scoped'));
    expect([status, json.error.data.code]).toEqual([403, 'FORBIDDEN']);
    expect(json.error.message).toContain('notes.read');
  });

  it('lets a user with the scope in', async () => {
    expect((await answer(as({ claims: { sub: 'u', scope: 'a notes.read' } }, 'scoped'))).status).toBe(200);
  });
});

describe('CORS', () => {
  it('answers with the one allowed origin', async () => {
    expect((await answer(query('mine'), 'https://app.example.com')).headers['access-control-allow-origin']).toBe('https://app.example.com');
  });

  it('echoes an allowed origin of several, and no other', async () => {
    const from = (origin: string) =>
      answer({ ...query('mine'), multiValueHeaders: { Origin: [origin] } }, 'https://a.example.com https://b.example.com');
    const allowed = await from('https://b.example.com');
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': 'https://b.example.com', vary: 'origin' });
    expect((await from('https://evil.example.com')).headers).not.toHaveProperty('access-control-allow-origin');
  });
});
