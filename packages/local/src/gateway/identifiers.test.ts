import { describe, expect, it } from 'vitest';
import { extendedId, isConnectionId, requestId, traceRoot } from './identifiers.js';
import { requestTime } from './request-time.js';

describe('ids in the shapes of AWS', () => {
  it('makes connection ids of 15 URL-safe base64 characters and an equals sign', () => {
    expect(extendedId(() => 0.999)).toBe('______________8=');
    expect(extendedId(() => 0)).toBe('AAAAAAAAAAAAAAA=');
    expect(encodeURIComponent(extendedId(() => 0))).toBe('AAAAAAAAAAAAAAA%3D');
  });

  it.each([
    ['R1kmxc2VNjMCFIA=', true],
    ['JC1dgf9yoAMCK-g=', true],
    ['R1kmxc2VNjMCFIA', false],
    ['not an id', false],
    ['', false],
  ])('takes %j for a connection id: %s', (value, expected) => {
    expect(isConnectionId(value)).toBe(expected);
  });

  it('makes version 4 UUIDs', () => {
    expect(requestId(() => 0)).toBe('00000000-0000-4000-8000-000000000000');
  });

  it('puts the time into trace ids', () => {
    expect(traceRoot(() => 0, 1_700_000_000_123)).toBe('Root=1-6553f100-000000000000000000000000');
  });

  it('writes request times in the Common Log Format and UTC', () => {
    expect(requestTime(1_428_582_896_000)).toBe('09/Apr/2015:12:34:56 +0000');
  });
});
