/** What every `PartStore` keeps, PROTOCOL.md P3.26. */

import { expect, it } from 'vitest';
import type { Part, PartStore } from './part-store.js';

const part = (i: number, d: string, more: Partial<Part> = {}): Part => ({ k: 'm1', i, n: 3, d, ...more });

/** @param skip moves the store's clock */
export function partStoreSuite(open: () => Promise<{ readonly store: PartStore; skip(byMs: number): void }>): void {
  it('P3.26 gives the text to who completes it, whatever the order', async () => {
    const { store } = await open();
    expect(await store.add('c1', part(2, 'three'))).toBeUndefined();
    expect(await store.add('c1', part(0, 'one '))).toBeUndefined();
    expect(await store.add('c1', part(1, 'two '))).toBe('one two three');
  });

  it('P3.26 gives it once when all parts arrive at the same time', async () => {
    const { store } = await open();
    const texts = await Promise.all([part(0, 'a'), part(1, 'b'), part(2, 'c')].map((each) => store.add('c1', each)));
    expect(texts.filter((text) => text !== undefined)).toEqual(['abc']);
  });

  it('P3.26 takes a part that comes again for the same, before and after', async () => {
    const { store } = await open();
    await store.add('c1', part(0, 'a'));
    expect(await store.add('c1', part(0, 'a'))).toBeUndefined();
    await store.add('c1', part(1, 'b'));
    expect(await store.add('c1', part(2, 'c'))).toBe('abc');
    expect(await store.add('c1', part(2, 'c'))).toBeUndefined();
  });

  it('P3.26 keeps messages and connections apart', async () => {
    const { store } = await open();
    await store.add('c1', part(0, 'a', { n: 2 }));
    expect(await store.add('c1', part(1, 'x', { n: 2, k: 'm2' }))).toBeUndefined();
    expect(await store.add('c2', part(1, 'y', { n: 2 }))).toBeUndefined();
    expect(await store.add('c1', part(1, 'b', { n: 2 }))).toBe('ab');
  });

  it('P3.26 completes nothing of parts that disagree about their number', async () => {
    const { store } = await open();
    await store.add('c1', part(0, 'a', { n: 2 }));
    expect(await store.add('c1', part(1, 'b', { n: 3 }))).toBeUndefined();
    expect(await store.add('c1', part(2, 'c', { n: 3 }))).toBeUndefined();
  });

  it('P3.26 forgets what is not complete after a minute', async () => {
    const { store, skip } = await open();
    await store.add('c1', part(0, 'old', { n: 2 }));
    skip(60_001);
    expect(await store.add('c1', part(1, 'b', { n: 2 }))).toBeUndefined();
    expect(await store.add('c1', part(0, 'a', { n: 2 }))).toBe('ab');
  });
}
