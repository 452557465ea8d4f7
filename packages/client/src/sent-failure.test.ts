import { type ErrorShape, errorShape, GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { type AnswerFacts, sentFailure } from './sent-failure.js';

const answerFailure = (path: string, shape: ErrorShape | undefined, facts: AnswerFacts) => sentFailure(GatewayError, path, shape, facts);

describe('the error of an answer', () => {
  it('has all that the wire carries (P4.1)', () => {
    const said = { path: 'files.upload', error: 'TOO_LARGE', issues: [{ path: ['bytes'], message: 'too many' }], requestId: 'r-17' };
    const shape = errorShape({ ...said, code: 'PAYLOAD_TOO_LARGE', message: 'too large', details: { maxBytes: 5 } });
    const failure = answerFailure('files.upload', shape, { got: 'status 413', status: 413, requestId: 'of the batch' });
    expect({ ...failure, message: failure.message }).toStrictEqual({
      ...said,
      ...{ name: 'GatewayError', message: 'too large', code: 'PAYLOAD_TOO_LARGE', status: 413, data: { maxBytes: 5 } },
    });
  });

  it('takes no stack, cause or prototype from the wire', () => {
    const shape: ErrorShape = JSON.parse(
      '{"message":"gone","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"stack":"at server.ts:1","cause":"disk","__proto__":{"status":200}}}',
    );
    const failure = answerFailure('documents.get', shape, { got: 'status 404' });
    expect([failure.stack?.includes('server.ts'), failure.cause, failure.status, failure.constructor.name]).toEqual([
      false,
      undefined,
      404,
      'GatewayError',
    ]);
  });

  it('without a code of the protocol is the code of the status', () => {
    const failure = answerFailure('documents.get', { message: 'Bad Gateway', code: -32603 } as ErrorShape, {
      got: 'status 502',
      status: 502,
    });
    expect([failure.code, failure.status, failure.message]).toEqual(['BAD_GATEWAY', 502, '[BAD_GATEWAY] documents.get got status 502']);
  });
});
