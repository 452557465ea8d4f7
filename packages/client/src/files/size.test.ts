import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'ts' },
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

const CLIENT = `import { createHttpClient } from './http/index.ts'; export const gateway = createHttpClient({ url: 'https://example.com/prod' });`;

describe('what a page downloads for uploads', () => {
  it('is at most 3,250 bytes (gzip) more, and nothing without them', async () => {
    const alone = await bundle(CLIENT);
    const uploads = await bundle(`${CLIENT} import { uploader } from './files/index.ts'; export const upload = uploader(gateway.files);`);
    expect(uploads.gzipBytes - alone.gzipBytes).toBeLessThanOrEqual(3_250);
    expect(uploads.inputs.filter((path) => /zod|contract/.test(path))).toEqual([]);
    expect(alone.inputs.filter((path) => path.includes('files/'))).toEqual([]);
  });
});
