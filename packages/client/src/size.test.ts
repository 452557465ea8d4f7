import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(module: string, factory: string): Promise<{ readonly gzipBytes: number; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ${factory} } from '${module}'; export const gateway = ${factory}({ url: 'https://example.com/prod' });`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  return { gzipBytes: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}

describe('what a page downloads', () => {
  it.each([
    ['./http/index.ts', 'createHttpClient', 1_820],
    ['./index.ts', 'createGatewayClient', 6_600],
  ])('%s stays within its budget, without zod, the contract, tRPC or ws', async (module, factory, maxBytes) => {
    const { gzipBytes, inputs } = await bundle(module, factory);
    expect(gzipBytes).toBeLessThanOrEqual(maxBytes);
    expect(inputs.filter((path) => /zod|contract|trpc|node_modules\/ws|\.node\./.test(path))).toEqual([]);
    expect(inputs.filter((path) => module.includes('http') && path.includes('socket'))).toEqual([]);
  });
});
