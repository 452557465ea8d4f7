import { describe, expect, it } from 'vitest';
import { begunUploads } from './begun-uploads.js';

const FILE = { name: 'a.iso', size: 20_000_000, lastModified: 1_700_000_000_123 };

function memory(): Map<string, string> & { readonly storage: Parameters<typeof begunUploads>[0] } {
  const texts = new Map<string, string>();
  const storage = {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
    removeItem: (name: string) => void texts.delete(name),
  };
  return Object.assign(texts, { storage });
}

describe('uploads that have begun', () => {
  it('are known by the name, size and date of their file until they are forgotten', () => {
    const { storage } = memory();
    begunUploads(storage).set(FILE, { key: 'k1' });
    expect(begunUploads(storage).get({ ...FILE })).toEqual({ key: 'k1' });
    for (const other of [{ name: 'b.iso' }, { size: 1 }, { lastModified: 1 }]) {
      expect(begunUploads(storage).get({ ...FILE, ...other })).toBeUndefined();
    }
    begunUploads(storage).set(FILE, undefined);
    expect(begunUploads(storage).get(FILE)).toBeUndefined();
  });

  it('are not remembered where nothing can be stored', () => {
    const full = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const uploads = begunUploads({ ...memory().storage, setItem: full });
    uploads.set(FILE, { key: 'k1' });
    expect(uploads.get(FILE)).toBeUndefined();
  });
});
