import { describe, expect, it } from 'vitest';
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

  it('has what it was told as own fields, and nothing else', () => {
    const failure = new GatewayError('CONFLICT', 'edited meanwhile', {
      error: 'STALE_VERSION',
      data: { currentVersion: 7 },
      status: 409,
      path: 'documents.edit',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      issues: [{ path: ['version'], message: 'too old' }],
      cause: new Error('ECONNRESET'),
    });
    expect({ ...failure }).toStrictEqual({
      name: 'GatewayError',
      code: 'CONFLICT',
      error: 'STALE_VERSION',
      data: { currentVersion: 7 },
      status: 409,
      path: 'documents.edit',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      issues: [{ path: ['version'], message: 'too old' }],
    });
    expect({ ...new GatewayError('NOT_FOUND', 'gone') }).toStrictEqual({ name: 'GatewayError', code: 'NOT_FOUND' });
  });
});
