/**
 * The declarations that applications compile against. They hold resolved types only: a schema type in them would cost every consumer
 * the inference again, and an `any` would switch its checks off without a word. Needs `tsc -b` to have run.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const dist = new URL('../dist/', import.meta.url);
const sources = readdirSync(new URL('.', import.meta.url)).filter((name) => /^[a-z-]+\.ts$/.test(name));
const names = sources.map((name) => name.replace(/\.ts$/, '.d.ts'));

/** The declarations without comments, with single spaces. */
function declarations(name: string): string {
  const text = readFileSync(new URL(name, dist), 'utf8');
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ');
}

describe('the emitted declarations', () => {
  it('are there for every source', () => {
    expect(names).toContain('documents.d.ts');
    expect(readdirSync(dist)).toEqual(expect.arrayContaining(names));
  });

  it.each(names)('say any nowhere: %s', (name) => {
    expect(declarations(name)).not.toMatch(/\bany\b/);
  });

  it.each(names)('name no type of zod: %s', (name) => {
    expect(declarations(name)).not.toMatch(/\bZod|\bz\.|from ['"]zod|import\(['"]zod/);
  });

  it('keep the data of declared errors', () => {
    const text = declarations('documents.d.ts');
    expect(text).toContain(
      '{ NOT_FOUND: { id: string; }; STALE_VERSION: { id: string; currentVersion: number; }; }, import("@org/gateway-core").SignedIn>',
    );
  });

  it('print each service once: the contract only refers to them', () => {
    const services = ['account', 'answers', 'chat', 'documents', 'events', 'files', 'graph', 'inference', 'operations', 'search', 'system'];
    const references = services.map((name) => `${name}: typeof ${name};`).join(' ');
    expect(declarations('contract.d.ts')).toContain(`contract: Contract<{ ${references} }>;`);
  });
});
