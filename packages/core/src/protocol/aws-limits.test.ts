import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  GATEWAY_MAX_FRAME_BYTES,
  MAX_BATCH,
  MAX_FRAME_BYTES,
  MAX_RESPONSE_BYTES,
  MAX_URL_LENGTH,
  SOCKET_DEADLINE_MS,
} from './aws-limits.js';
import { CLOSE_CODES } from './close-code.js';

const PROTOCOL = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

describe('limits', () => {
  it('P3.1 end a frame at 32,000 bytes, below API Gateway 32 KiB', () => {
    expect([MAX_FRAME_BYTES, GATEWAY_MAX_FRAME_BYTES]).toEqual([32_000, 32_768]);
  });

  it('P2.5 end a batch at 100 calls', () => {
    expect(MAX_BATCH).toBe(100);
  });

  it('stay under what API Gateway and Lambda allow', () => {
    expect(MAX_URL_LENGTH).toBeLessThan(8_192);
    expect(MAX_RESPONSE_BYTES).toBe(6 * 1_024 * 1_024 + 100);
    expect(SOCKET_DEADLINE_MS).toBeLessThan(29_000);
  });
});

describe('P3.15 close codes', () => {
  it('P3.15 are those of PROTOCOL.md', () => {
    const line = PROTOCOL.slice(PROTOCOL.indexOf('**P3.15**')).split('\n\n')[0] ?? '';
    const listed = [...line.matchAll(/\b(1\d{3})\b/g)].map(([code]) => Number(code));
    expect(Object.values(CLOSE_CODES)).toEqual(listed);
  });

  it.each([
    ['NORMAL', 1000],
    ['GOING_AWAY', 1001],
    ['UNSUPPORTED_DATA', 1003],
    ['ABNORMAL', 1006],
    ['POLICY_VIOLATION', 1008],
    ['TOO_LARGE', 1009],
    ['INTERNAL_ERROR', 1011],
    ['SERVICE_RESTART', 1012],
  ] as const)('P3.15 %s is %i', (name, code) => {
    expect(CLOSE_CODES[name]).toBe(code);
  });
});
