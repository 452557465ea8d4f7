import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneOutputs } from './prune-outputs.js';

it('removes what was emitted for sources that are gone, and nothing else', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'prune-'));
  const kept = [
    'dist/.tsbuildinfo',
    'dist/a.d.ts',
    'dist/a.js',
    'dist/a.js.map',
    'dist/b/view.js',
    'dist/logo.svg',
    'src/a.ts',
    'src/b/view.tsx',
  ];
  const gone = ['dist/b/old.d.ts', 'dist/b/old.d.ts.map', 'dist/b/old.js', 'dist/old.js'];
  try {
    for (const file of [...kept, ...gone]) {
      await mkdir(dirname(join(directory, file)), { recursive: true });
      await writeFile(join(directory, file), '');
    }
    expect(await pruneOutputs(directory)).toEqual(['b/old.d.ts', 'b/old.d.ts.map', 'b/old.js', 'old.js']);
    const left = (await readdir(directory, { recursive: true })).filter((file) => /\.\w+$/.test(file)).sort();
    expect(left).toEqual(kept);
  } finally {
    await rm(directory, { recursive: true });
  }
});
