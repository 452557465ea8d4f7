import { readFileSync } from 'node:fs';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode, isErrorCode } from './code.js';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
/** tRPC has no code for a backend's failure. */
const OURS = 'FAILED_DEPENDENCY';
const shared = codes.filter((code) => code !== OURS);

/** The rows of the table in PROTOCOL.md section 4. */
function protocolTable(): readonly (readonly [string, { number: number; httpStatus: number; retryable: boolean }])[] {
  const text = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| ([A-Z_]+) +\| (-\d+) \| (\d{3}) +\| (yes|no) +\|$/gm)];
  return rows.map(([, code, number, status, retryable]) => [
    code as string,
    { number: Number(number), httpStatus: Number(status), retryable: retryable === 'yes' },
  ]);
}

describe('the error table', () => {
  it('has the rows of PROTOCOL.md section 4, in its order', () => {
    expect(protocolTable()).toHaveLength(22);
    expect(Object.entries(ERROR_CODES)).toEqual(protocolTable());
  });

  it('has every code of tRPC, and one of its own', () => {
    expect([...codes].sort()).toEqual([...Object.keys(TRPC_ERROR_CODES_BY_KEY), OURS].sort());
    expect(ERROR_CODES.FAILED_DEPENDENCY).toEqual({ number: -32024, httpStatus: 424, retryable: false });
  });

  it.each(shared)('gives %s the number of tRPC', (code) => {
    expect(ERROR_CODES[code].number).toBe(TRPC_ERROR_CODES_BY_KEY[code as keyof typeof TRPC_ERROR_CODES_BY_KEY]);
  });

  it.each(shared)('gives %s the HTTP status of tRPC', (code) => {
    expect(ERROR_CODES[code].httpStatus).toBe(getHTTPStatusCodeFromError(new TRPCError({ code: code as TRPCError['code'] })));
  });

  it('calls worth repeating what a wait can change', () => {
    expect(codes.filter((code) => ERROR_CODES[code].retryable).sort()).toEqual([
      'BAD_GATEWAY',
      'GATEWAY_TIMEOUT',
      'SERVICE_UNAVAILABLE',
      'TIMEOUT',
      'TOO_MANY_REQUESTS',
    ]);
  });
});

describe('isErrorCode', () => {
  it('knows the codes of the wire', () => {
    expect(isErrorCode('NOT_FOUND')).toBe(true);
  });

  it.each(['', 'not_found', 'NETWORK_ERROR', 'INVALID_REPLY', 'toString', 'constructor', '__proto__'])(
    'does not take %j for one',
    (text) => {
      expect(isErrorCode(text)).toBe(false);
    },
  );
});
