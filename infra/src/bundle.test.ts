import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFunctions } from './bundle.js';
import { checkBundles, coldStartBytes } from './bundle-check.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function entry(name: string, code: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'main.ts'), code);
}

function bundle(...names: readonly string[]) {
  return bundleFunctions({ names, sources: folder, out: join(folder, 'out') });
}

describe('a bundle', () => {
  it('is an ES module with the handler, a source map without sources, and what is imported later beside it', async () => {
    entry('notes', "export const handler = async (): Promise<string> => (await import('../later.js')).answer;");
    writeFileSync(join(folder, 'later.ts'), "export const answer: string = 'later';");
    const [made] = await bundle('notes');
    const files = readdirSync(made?.folder ?? '').sort();
    expect(files).toEqual([
      'index.mjs',
      'index.mjs.map',
      expect.stringMatching(/^later-\w+\.mjs$/),
      expect.stringMatching(/^later-\w+\.mjs\.map$/),
    ]);
    expect(readFileSync(join(folder, 'out/notes/index.mjs'), 'utf8')).toContain('//# sourceMappingURL=index.mjs.map');
    expect(JSON.parse(readFileSync(join(folder, 'out/notes/index.mjs.map'), 'utf8'))).not.toHaveProperty('sourcesContent');
    const { handler } = await import(pathToFileURL(join(folder, 'out/notes/index.mjs')).href);
    expect(await handler()).toBe('later');
  });

  it('may contain packages that require built-in modules', async () => {
    entry('notes', "import { name } from '../old.cjs'; export const handler = (): string => name;");
    writeFileSync(join(folder, 'old.cjs'), "exports.name = require('node:path').basename('/a/b');");
    await bundle('notes');
    const { handler } = await import(pathToFileURL(join(folder, 'out/notes/index.mjs')).href);
    expect(handler()).toBe('b');
  });

  it('is left as it is while nothing in it changed', async () => {
    entry('notes', "import { answer } from '../shared.js'; export const handler = (): string => answer;");
    entry('files', "export const handler = (): string => 'files';");
    writeFileSync(join(folder, 'shared.ts'), "export const answer: string = 'first';");
    const madeAt = (name: string) => statSync(join(folder, 'out', name, 'index.mjs')).mtimeMs;
    await bundle('notes', 'files');
    const before = madeAt('files');
    writeFileSync(join(folder, 'shared.ts'), "export const answer: string = 'second';");
    await bundle('notes', 'files');
    expect(madeAt('files')).toBe(before);
    expect(readFileSync(join(folder, 'out/notes/index.mjs'), 'utf8')).toContain('second');
  });

  it.each([
    [
      'its package exports another file',
      'node_modules/kit/package.json',
      (file: string) => JSON.stringify({ name: 'kit', type: 'module', exports: `./${file}.js` }),
    ],
    [
      'its compiler finds another file',
      'notes/tsconfig.json',
      (file: string) => JSON.stringify({ compilerOptions: { paths: { kit: [`../kit/${file}.js`] } } }),
    ],
  ])('is made anew when %s', async (_, settings, text) => {
    entry('notes', "import { answer } from 'kit'; export const handler = (): string => answer;");
    mkdirSync(join(folder, 'kit'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync('../kit', join(folder, 'node_modules/kit'));
    for (const file of ['first', 'second']) writeFileSync(join(folder, 'kit', `${file}.js`), `export const answer = '${file}';`);
    for (const file of ['first', 'second']) {
      writeFileSync(join(folder, settings), text(file));
      await bundle('notes');
      expect(readFileSync(join(folder, 'out/notes/index.mjs'), 'utf8')).toContain(file);
    }
  });

  it('that fails leaves nothing of the one before, which would pass for it', async () => {
    entry('notes', 'export const handler = 1;');
    await bundle('notes');
    entry('notes', 'export const handler = ;');
    await expect(bundle('notes')).rejects.toThrow('notes does not build');
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });

  it('of which a source was saved while it was made is made anew the next time', async () => {
    entry('notes', 'export const handler = 1;');
    const inAnHour = new Date(Date.now() + 3_600_000);
    utimesSync(join(folder, 'notes/main.ts'), inAnHour, inAnHour);
    await bundle('notes');
    expect(readdirSync(join(folder, 'out'))).toEqual(['notes']);
  });

  it('is made anew when it leaves out other packages', async () => {
    entry('notes', "export const handler = async (): Promise<unknown> => import('zod');");
    const size = async (...without: readonly string[]) => {
      const [made] = await bundleFunctions({ names: ['notes'], sources: folder, out: join(folder, 'out'), without: () => without });
      return Object.keys(made?.metafile.outputs ?? {}).length;
    };
    writeFileSync(join(folder, 'package.json'), '{}');
    mkdirSync(join(folder, 'node_modules/zod'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/zod/index.js'), 'export const z = 1;');
    expect([await size('zod'), await size(), await size('zod')]).toEqual([2, 4, 2]);
  });

  it('is made anew when a file of it is gone, and other functions are removed', async () => {
    entry('notes', 'export const handler = 1;');
    entry('files', 'export const handler = 1;');
    await bundle('notes', 'files');
    rmSync(join(folder, 'out/notes/index.mjs.map'));
    await bundle('notes');
    expect(readdirSync(join(folder, 'out/notes')).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['notes', 'notes.meta.json']);
  });

  it('leaves out the packages that its function never loads', async () => {
    entry('notes', "export const handler = async (): Promise<unknown> => import('@aws-sdk/client-s3');");
    const [made] = await bundleFunctions({
      names: ['notes'],
      sources: folder,
      out: join(folder, 'out'),
      without: () => ['@aws-sdk/client-s3'],
    });
    expect(readdirSync(made?.folder ?? '').sort()).toEqual(['index.mjs', 'index.mjs.map']);
  });

  it('is the same every time', async () => {
    entry('notes', 'export const handler = (text: string): string => text;');
    const read = async () => {
      const [made] = await bundle('notes');
      return readdirSync(made?.folder ?? '').map((file) => [file, readFileSync(join(made?.folder ?? '', file), 'utf8')]);
    };
    expect(await read()).toEqual(await read());
  });

  it('has its metafile beside the folder, so that it is not deployed', async () => {
    entry('notes', 'export const handler = 1;');
    await bundle('notes');
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['notes', 'notes.meta.json']);
  });

  it('without an entry is reported with all others that have none', async () => {
    entry('notes', 'export const handler = 1;');
    await expect(bundle('notes', 'socket', 'fanout')).rejects.toThrow(/without an entry.*socket\/main\.ts.*fanout\/main\.ts/s);
  });

  it('that fails is reported with all others that fail', async () => {
    entry('notes', 'export const handle = 1;');
    entry('files', "import './missing.js';");
    await expect(bundle('notes', 'files')).rejects.toThrow(/notes\/main\.ts exports handle.*files does not build/s);
  });

  it('without a handler is refused', async () => {
    entry('notes', 'export const handle = 1;');
    await expect(bundle('notes')).rejects.toThrow(/notes\/main\.ts exports handle, expected "handler"/);
  });

  it('that does not build is reported with the place', async () => {
    entry('notes', "import './missing.js';\nexport const handler = 1;");
    await expect(bundle('notes')).rejects.toThrow(/\[BUNDLE\] notes does not build:.*Could not resolve "\.\/missing\.js".*main\.ts:1:7/s);
  });
});

describe('a bundle is reported when it', () => {
  const declared = (name: string) => ({
    service: { name, procedures: {} },
    uses: {},
    memoryMb: 256,
    timeoutSeconds: 28,
    internal: false,
    claims: undefined,
    auth: 'token' as const,
    checksRevocation: false,
    maxRequestBytes: 1_000,
    throttle: undefined,
  });
  const declarations = { services: [declared('notes'), declared('files')], workers: [] };
  const s3 = 'node_modules/.pnpm/x/node_modules/@aws-sdk/client-s3/dist-es/index.js';

  interface Facts {
    readonly bytes?: number;
    readonly loaded?: readonly string[];
    readonly lazy?: readonly string[];
    readonly importer?: string;
    /** Packages that are left out. */
    readonly left?: readonly string[];
  }

  function check({
    bytes = 10,
    loaded = [],
    lazy = [],
    left = [],
    importer = 'packages/server/dist/resources/s3.js',
  }: Facts): readonly string[] {
    const output = (inputs: readonly string[], imports: readonly string[]) => ({
      bytes,
      inputs: Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 5 }])),
      imports: [
        ...imports.map((path) => ({ path, kind: 'dynamic-import' as const })),
        ...left.map((path) => ({ path, kind: 'import-statement' as const, external: true })),
      ],
      exports: ['handler'],
    });
    const metafile = {
      inputs: {
        [importer]: { bytes: 1, imports: [...loaded, ...lazy, ...left].map((path) => ({ path, kind: 'import-statement' as const })) },
      },
      outputs: { 'out/notes/index.mjs': output(loaded, ['out/notes/later.mjs']), 'out/notes/later.mjs': output(lazy, []) },
    };
    return checkBundles([{ name: 'notes', folder: 'out/notes', metafile }], declarations);
  }

  it('loads an AWS client it declares no use of', () => {
    expect(check({ loaded: [s3] })).toEqual([expect.stringContaining('notes loads @aws-sdk/client-s3, which it declares no use of')]);
  });

  it('imports an AWS client outside the server package', () => {
    expect(check({ lazy: [s3], importer: 'apps/api/src/notes/handlers.ts' })).toEqual([
      'notes: apps/api/src/notes/handlers.ts imports @aws-sdk/client-s3; use what ctx offers, or declare the resource',
    ]);
  });

  it('would load an AWS client that is left out', () => {
    expect(check({ left: ['@aws-sdk/client-s3'] })).toEqual([
      expect.stringContaining('notes loads @aws-sdk/client-s3, which it declares no use of'),
    ]);
    expect(check({ left: ['@aws-sdk/client-s3'], importer: 'apps/api/src/notes/handlers.ts' })[0]).toContain(
      'handlers.ts imports @aws-sdk/client-s3',
    );
  });

  it("carries zod's locales", () => {
    expect(check({ loaded: ['node_modules/zod/v4/locales/de.js'] })).toEqual([expect.stringContaining("carries zod's locales")]);
    expect(check({ loaded: ['node_modules/zod/v4/locales/en.js'] })).toEqual([]);
  });

  it('carries another part of the contract', () => {
    expect(check({ loaded: ['notes', 'bus-messages', 'files'].map((part) => `packages/contract/dist/${part}.js`) })).toEqual([
      'notes carries packages/contract/dist/files.js, another part of the contract; import its own service from @org/gateway-contract',
    ]);
  });

  it('is too large for a cold start', () => {
    expect(check({ bytes: 300_000 })).toEqual([]);
    expect(check({ bytes: 300_001 })).toEqual([expect.stringContaining('notes reads 300001 bytes at cold start')]);
  });

  it('and not for a client that only loads when it is used', () => {
    expect(check({ lazy: [s3] })).toEqual([]);
  });

  it('counts only what a cold start reads', async () => {
    entry('notes', "export const handler = async (): Promise<unknown> => import('../later.js');");
    writeFileSync(join(folder, 'later.ts'), `export const text = '${'x'.repeat(50_000)}';`);
    const [made] = await bundle('notes');
    expect(made && coldStartBytes(made)).toBeLessThan(1_000);
  });
});
