import { describe, expect, it } from 'vitest';
import { errorShape } from './error-shape.js';

describe('errorShape', () => {
  it('P4.1 leaves out what is not there', () => {
    expect(Object.keys(errorShape({ code: 'NOT_FOUND', message: 'gone' }).data)).toEqual(['code', 'httpStatus']);
    expect(errorShape({ code: 'NOT_FOUND', message: 'gone', path: undefined, details: undefined })).toStrictEqual({
      message: 'gone',
      code: -32004,
      data: { code: 'NOT_FOUND', httpStatus: 404 },
    });
  });

  it('P4.1 carries the path, the declared error with its data, the issues and the request id', () => {
    expect(
      errorShape({
        code: 'CONFLICT',
        message: 'edited meanwhile',
        path: 'documents.edit',
        error: 'STALE_VERSION',
        details: { currentVersion: 7 },
        issues: [{ path: ['version'], message: 'too old' }],
        requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      }),
    ).toStrictEqual({
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
  });

  it('P4.4 carries the trace id, and how long to wait', () => {
    expect(
      errorShape({ code: 'TOO_MANY_REQUESTS', message: '', traceId: '1-67891233-abcdef012345678912345678', retryAfterMs: 1_500 }).data,
    ).toStrictEqual({
      code: 'TOO_MANY_REQUESTS',
      httpStatus: 429,
      traceId: '1-67891233-abcdef012345678912345678',
      retryAfterMs: 1_500,
    });
  });

  it('keeps details that are null, false or zero', () => {
    for (const details of [null, false, 0, '']) {
      expect(errorShape({ code: 'CONFLICT', message: '', details }).data.details).toBe(details);
    }
  });
});
