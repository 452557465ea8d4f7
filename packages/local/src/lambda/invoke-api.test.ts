import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowAll } from '../iam/authorize.js';
import { createInvokeApi, type InvokeReply } from './invoke-api.js';
import { type HostFixture, startHost } from './lambda.test.fixture.js';

const operator = { arn: 'arn:aws:iam::000000000000:user/operator' };

let fixture: HostFixture;

beforeEach(async () => {
  fixture = await startHost(
    {
      'fn/index.mjs': 'export const handler = async (event) => { if (event.fail) throw new Error("no"); return event; };',
      'off/index.mjs': 'export const handler = async () => 1;',
    },
    { off: { reservedConcurrency: 0 } },
  );
});

afterEach(() => fixture.close());

function post(name: string, body: string, headers: Record<string, string> = {}): Promise<InvokeReply> {
  const url = `/2015-03-31/functions/${name}/invocations`;
  return createInvokeApi(fixture.host, allowAll)({ method: 'POST', url, headers, body: Buffer.from(body), principal: operator });
}

describe('Invoke', () => {
  it.each([
    'fn',
    encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:fn'),
    encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:fn:live'),
    '000000000000:function:fn',
    'fn:live',
  ])('finds the function by %s', async (name) => {
    const reply = await post(name, '{"a":1}');
    expect(reply).toMatchObject({ statusCode: 200, body: '{"a":1}', headers: { 'x-amz-executed-version': '$LATEST' } });
    expect(reply.headers['x-amz-function-error']).toBeUndefined();
  });

  it('marks a failed call with X-Amz-Function-Error and status 200', async () => {
    const reply = await post('fn', '{"fail":true}');
    expect(reply).toMatchObject({ statusCode: 200, headers: { 'x-amz-function-error': 'Unhandled' } });
    expect(JSON.parse(reply.body)).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
  });

  it('answers 202 for Event and 204 for DryRun', async () => {
    expect(await post('fn', '{}', { 'x-amz-invocation-type': 'Event' })).toMatchObject({ statusCode: 202, body: '' });
    expect(await post('fn', '{}', { 'x-amz-invocation-type': 'DryRun' })).toMatchObject({ statusCode: 204 });
  });

  it.each([
    ['ResourceNotFoundException', 404, 'nobody', '{}', {}],
    ['TooManyRequestsException', 429, 'off', '{}', {}],
    ['RequestTooLargeException', 413, 'fn', `"${'x'.repeat(6_291_455)}"`, {}],
    ['RequestTooLargeException', 413, 'fn', `"${'x'.repeat(1_048_575)}"`, { 'x-amz-invocation-type': 'Event' }],
    ['InvalidRequestContentException', 400, 'fn', '{', {}],
    ['InvalidParameterValueException', 400, 'fn', '{}', { 'x-amz-invocation-type': 'Later' }],
  ])('answers %s', async (errorType, statusCode, name, body, headers) => {
    const reply = await post(name, body, headers as Record<string, string>);
    expect(reply).toMatchObject({ statusCode, headers: { 'x-amzn-errortype': errorType } });
    expect(JSON.parse(reply.body)).toMatchObject({ Type: 'User' });
  });

  it('refuses other operations by name', async () => {
    const request = { method: 'GET', url: '/2015-03-31/functions', headers: {}, body: Buffer.alloc(0), principal: operator };
    const reply = await createInvokeApi(fixture.host, allowAll)(request);
    expect(reply).toMatchObject({ statusCode: 404, headers: { 'x-amzn-errortype': 'UnknownOperationException' } });
  });
});
