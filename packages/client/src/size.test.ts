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
    write: false,
    metafile: true,
  });
  const files = outputFiles.map(({ path, contents }) => ({ path, gzipBytes: gzipSync(contents, { level: 9 }).length }));
  return { files, inputs: Object.keys(metafile.inputs) };
}

describe('what a page downloads', () => {
  it.each([
    ['./http/index.ts', 'createHttpClient', 1_820],
    ['./index.ts', 'createGatewayClient', 7_230],
  ])('%s stays within its budget, without zod, the contract, tRPC or ws', async (module, factory, maxBytes) => {
    const { files, inputs } = await bundle(module, factory);
    const eager = files.filter(({ path }) => !path.includes('large-messages'));
    expect(eager.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0)).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => /zod|contract|trpc|node_modules\/ws|\.node\./.test(path))).toEqual([]);
    expect(inputs.filter((path) => module.includes('http') && path.includes('socket'))).toEqual([]);
  });

  it('is 1.3 KB more when the first message comes or goes that is too large for a frame', async () => {
    const { files } = await bundle('./index.ts', 'createGatewayClient');
    expect(files.find(({ path }) => path.includes('large-messages'))?.gzipBytes).toBeLessThanOrEqual(1_300);
  });
});
