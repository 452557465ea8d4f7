import { type ErrorShape, GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { type AnswerFacts, sentFailure } from './sent-failure.js';

const answerFailure = (path: string, shape: ErrorShape | undefined, facts: AnswerFacts) => sentFailure(GatewayError, path, shape, facts);

describe('the error of an answer', () => {
  it('has all that the wire carries (P4.1)', () => {
    const failure = answerFailure(
      'documents.edit',
      {
        message: 'edited meanwhile',
        code: -32009,
        data: {
          code: 'CONFLICT',
          httpStatus: 409,
          path: 'documents.edit',
          error: 'STALE_VERSION',
          details: { currentVersion: 7 },
          issues: [{ path: ['version'], message: 'too old' }],
          requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
        },
      },
      { got: 'status 409', status: 409, requestId: 'of the batch' },
    );
    expect({ ...failure, message: failure.message }).toStrictEqual({
      name: 'GatewayError',
      message: 'edited meanwhile',
      code: 'CONFLICT',
      status: 409,
      path: 'documents.edit',
      error: 'STALE_VERSION',
      data: { currentVersion: 7 },
      issues: [{ path: ['version'], message: 'too old' }],
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
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
