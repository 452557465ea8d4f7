import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(module: string, factory: string) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ${factory} } from '${module}'; export const gateway = ${factory}({ url: 'https://example.com/prod' });`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      sourcefile: 'page.ts',
      loader: 'ts',
    },
    bundle: true,
    splitting: true,
    outdir: 'out',
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    entryNames: 'page',
    write: false,
    metafile: true,
  });
  const sizes = new Map(outputFiles.map(({ path, contents }) => [basename(path), gzipSync(contents, { level: 9 }).length]));
  const filesFrom = (entry: string): string[] => [
    entry,
    ...(metafile.outputs[`out/${entry}`]?.imports ?? []).flatMap(({ kind, path }) =>
      kind === 'import-statement' ? filesFrom(basename(path)) : [],
    ),
  ];
  const bytesOf = (files: Iterable<string>) => [...new Set(files)].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
  return { eager: bytesOf(filesFrom('page.js')), all: bytesOf(sizes.keys()), inputs: Object.keys(metafile.inputs) };
}

describe('what a page downloads', () => {
  it.each([
    ['./http/index.ts', 'createHttpClient', 2_064],
    ['./index.ts', 'createGatewayClient', 8_680],
  ])('%s stays within its budget, without zod, the contract, tRPC or ws', async (module, factory, maxBytes) => {
    const { eager, inputs } = await bundle(module, factory);
    expect(eager).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => /zod|contract|trpc|node_modules\/ws|\.node\./.test(path))).toEqual([]);
    expect(inputs.filter((path) => module.includes('http') && path.includes('socket'))).toEqual([]);
  });

  it('is 5.9 KB more with all that is loaded when it is needed: failures, tokens, dates, calls over the socket, and what is too large for a frame or an answer', async () => {
    const { eager, all } = await bundle('./index.ts', 'createGatewayClient');
    expect(all - eager).toBeLessThanOrEqual(5_900);
  });
});
