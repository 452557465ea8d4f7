import { describe, expect, it } from 'vitest';
import { brokenRules } from './package-rules.js';

const MANIFEST = {
  name: '@org/gateway-notes',
  type: 'module',
  sideEffects: false,
  repository: { directory: 'packages/notes' },
  publishConfig: { provenance: true },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './openapi.json': './openapi.json' },
  dependencies: { zod: '^4.6.7' },
  peerDependencies: { '@trpc/client': '^11.25.2' },
};
const FILES = {
  'README.md': '# Notes',
  LICENSE: 'MIT',
  'dist/index.js': "import * as z from 'zod';\nimport { readFile } from 'node:fs/promises';\nexport * from './a.js';\n",
  'dist/index.d.ts': '/** As `import("elsewhere")` has it. */\nexport declare const link: import("@trpc/client/links").Link;\n',
  'dist/index.js.map': '{"sources":["../src/index.ts"]}',
  'src/index.ts': '',
};

const broken = (files: Record<string, string> = {}, manifest: object = {}) => {
  const all: Record<string, string> = { ...FILES, 'package.json': JSON.stringify({ ...MANIFEST, ...manifest }), ...files };
  const names = Object.keys(all).filter((name) => all[name] !== 'absent');
  return brokenRules({ names, read: (name) => all[name] ?? '' });
};

describe('a packed package', () => {
  it('that keeps all rules has nothing said about it', () => {
    expect(broken()).toEqual([]);
  });

  it.each(['dist/index.test.js', 'src/fake.fixture.ts', 'src/a.test-d.ts', 'dist/.tsbuildinfo', 'src/links.suite.ts'])(
    'has nothing of the workshop inside: %s',
    (name) => {
      expect(broken({ [name]: '' })).toEqual([`${name} is packed: expected no tests and no leftovers; correct "files"`]);
    },
  );

  it('has a README and a licence', () => {
    expect(broken({ 'README.md': 'absent', LICENSE: 'absent' })).toEqual([
      'README.md is missing; write it, or correct "files"',
      'LICENSE is missing; write it, or correct "files"',
    ]);
  });

  it('has the sources that its maps lead to', () => {
    expect(broken({ 'src/index.ts': 'absent' })).toEqual(['dist/index.js.map leads to src/index.ts, which is not packed; correct "files"']);
  });

  it('declares what its code and its types import', () => {
    expect(broken({}, { dependencies: {}, peerDependencies: {} })).toEqual([
      'dist/index.js imports zod, which is neither in "dependencies" nor in "peerDependencies"',
      'dist/index.d.ts imports @trpc/client, which is neither in "dependencies" nor in "peerDependencies"',
    ]);
  });

  it('names types first and nothing between them and the default', () => {
    const exports = { '.': { default: './dist/index.js', types: './dist/index.d.ts' }, './http': './dist/http.js' };
    expect(broken({}, { exports })).toEqual([
      'exports["."] has default, types: expected types, default',
      'exports["./http"] has no types: expected { types, default }',
    ]);
  });

  it('is ESM without side effects, is published with provenance, and says where it is from', () => {
    expect(broken({}, { type: 'commonjs', sideEffects: true, publishConfig: {}, repository: { directory: 'packages/other' } })).toEqual([
      '"type" is commonjs: expected "module"',
      '"sideEffects" is true: expected false, or bundlers keep what nobody uses',
      '"publishConfig.provenance" is missing: expected true',
      '"repository.directory" is packages/other: expected packages/notes',
    ]);
  });
});
