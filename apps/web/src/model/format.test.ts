import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes } from './format.js';

const NOW = 1_700_000_000_000;

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_500, '1.5 KB'],
    [50_000_000, '50.0 MB'],
  ])('writes %i', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatAgo', () => {
  it.each([
    [NOW + 60_000, 'just now'],
    [NOW - 4_999, 'just now'],
    [NOW - 59_000, '59 s ago'],
    [NOW - 3_599_000, '59 min ago'],
    [NOW - 86_399_000, '23 h ago'],
    [1_690_000_000_000, '2023-07-22'],
  ])('writes %i', (atMs, text) => {
    expect(formatAgo(atMs, NOW)).toBe(text);
  });
});
