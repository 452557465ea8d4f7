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

  it('reads and writes a tool, and keeps the folder', () => {
    expect(readHash('#/%40trpc/~ask')).toEqual({ folder: '@trpc', documentId: undefined, tool: 'ask' });
    expect(writeHash({ folder: '@trpc', documentId: 'x', tool: 'ask' })).toBe('#/%40trpc/~ask');
  });

  it('shows everything for a tool that there is not', () => {
    expect(readHash('#/*/~nothing')).toEqual({ folder: undefined, documentId: undefined });
  });
});
