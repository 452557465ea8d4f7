import { describe, expect, it } from 'vitest';
import type { ErrorShape } from './error-shape.js';
import { GatewayError } from './gateway-error.js';

describe('GatewayError', () => {
  it('is an Error with a code', () => {
    const failure = new GatewayError('NOT_FOUND', 'no such document');
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toBe('GatewayError: no such document');
    expect(failure.code).toBe('NOT_FOUND');
  });

  it('keeps the cause, and has none when none was given', () => {
    const cause = new Error('ECONNRESET');
    expect(new GatewayError('NETWORK_ERROR', 'no answer', { cause }).cause).toBe(cause);
    expect(Object.hasOwn(new GatewayError('NETWORK_ERROR', 'no answer'), 'cause')).toBe(false);
  });

  it('is made again from a wire shape with all it carries', () => {
    const failure = GatewayError.from({
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
    });
    expect({ ...failure, message: failure.message }).toEqual({
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

  it('takes a shape without data for an internal error of the given status', () => {
    const failure = GatewayError.from({ message: 'Bad Gateway', code: -32603 } as ErrorShape, 502);
    expect([failure.code, failure.status, failure.message]).toEqual(['INTERNAL_SERVER_ERROR', 502, 'Bad Gateway']);
  });
});
