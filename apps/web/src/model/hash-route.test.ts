import { describe, expect, it } from 'vitest';
import { readHash, writeHash } from './hash-route.js';

describe('hash routes', () => {
  it.each([
    ['', undefined, undefined],
    ['#/*', undefined, undefined],
    ['#/%40trpc', '@trpc', undefined],
    ['#/*/zod%404.6.7', undefined, 'zod@4.6.7'],
    ['#/%E0%A4%A/x', undefined, 'x'],
  ])('reads %s', (hash, folder, documentId) => {
    expect(readHash(hash)).toEqual({ folder, documentId });
  });

  it('writes what it reads', () => {
    expect(writeHash({ folder: '@trpc', documentId: 'a b' })).toBe('#/%40trpc/a%20b');
    expect(writeHash({ folder: undefined, documentId: undefined })).toBe('#/*');
  });
});
