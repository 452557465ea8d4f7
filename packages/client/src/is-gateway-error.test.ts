import { GatewayError } from '@org/gateway-core/errors';
import { describe, expect, it } from 'vitest';
import { createGatewayClient } from './create-client.js';
import { isGatewayError } from './is-gateway-error.js';

const gateway = createGatewayClient({ url: 'https://example.com/prod' });
const missing = new GatewayError('NOT_FOUND', 'gone', { path: 'documents.get', error: 'NOT_FOUND', data: { id: 'a' } });

describe('isGatewayError', () => {
  it('tells the gateway’s errors from others', () => {
    expect(isGatewayError(missing)).toBe(true);
    expect(isGatewayError(new Error('NOT_FOUND'))).toBe(false);
    expect(isGatewayError(undefined)).toBe(false);
  });

  it('knows the declared error of a procedure', () => {
    expect(isGatewayError(missing, gateway.documents.get, 'NOT_FOUND')).toBe(true);
  });

  it('does not take the error of another procedure for it', () => {
    expect(isGatewayError(missing, gateway.documents.remove, 'NOT_FOUND')).toBe(false);
  });

  it('does not take an undeclared error of the same code for it', () => {
    const unknownPath = new GatewayError('NOT_FOUND', 'no such procedure', { path: 'documents.get' });
    expect(isGatewayError(unknownPath, gateway.documents.get, 'NOT_FOUND')).toBe(false);
  });

  it('knows a declared error by its own name, not its code', () => {
    const stale = new GatewayError('CONFLICT', 'changed', {
      path: 'documents.edit',
      error: 'STALE_VERSION',
      data: { id: 'a', currentVersion: 3 },
    });
    expect(isGatewayError(stale, gateway.documents.edit, 'STALE_VERSION')).toBe(true);
    expect(isGatewayError(stale, gateway.documents.edit, 'NOT_FOUND')).toBe(false);
  });

  it('knows an error of the gateway or the client by its code, and no declared one', () => {
    const busy = new GatewayError('TOO_MANY_REQUESTS', 'slow down', { path: 'documents.get' });
    expect(isGatewayError(busy, 'TOO_MANY_REQUESTS')).toBe(true);
    expect(isGatewayError(busy, 'TIMEOUT')).toBe(false);
    expect(isGatewayError(missing, 'NOT_FOUND')).toBe(false);
    expect(isGatewayError(new Error('TIMEOUT'), 'TIMEOUT')).toBe(false);
  });
});
