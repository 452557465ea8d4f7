import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(names: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { ${names} } from './index.ts';`, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // It is in every client.
    external: ['react', '*/encode-value.js'],
    write: false,
    metafile: true,
  });
  const { contents = new Uint8Array() } = outputFiles[0] ?? {};
  return { gzipBytes: gzipSync(contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}

describe('what a page downloads for React', () => {
  it.each([
    ['queryOptions, infiniteQueryOptions, mutationOptions, queryKey, pathKey', 500],
    ['useSubscription, patchOn, useConnection', 1_350],
    [
      'queryOptions, infiniteQueryOptions, mutationOptions, queryKey, infiniteQueryKey, mutationKey, pathKey, patchOn, useConnection, usePresence, useSubscription',
      2_300,
    ],
  ])('%s is at most %d bytes (gzip), with nothing of TanStack and the client in it', async (names, maxBytes) => {
    const { gzipBytes, inputs } = await bundle(names);
    expect(gzipBytes).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => !path.includes('src/react/') && path !== '<stdin>')).toEqual([]);
  });
});
