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

const CLIENT = `import { createGatewayClient } from './index.ts'; export const gateway = createGatewayClient({ url: 'https://example.com/prod'`;

describe('what a page downloads for sharing its socket', () => {
  it('is at most 2,048 bytes (gzip) more', async () => {
    const alone = await bundle(`${CLIENT} });`);
    const shared = await bundle(`import { sharedWebSocket } from './tabs/index.ts'; ${CLIENT}, WebSocket: sharedWebSocket() });`);
    expect(shared.gzipBytes - alone.gzipBytes).toBeLessThanOrEqual(2_048);
    // Nothing of it comes with the client itself.
    expect(alone.inputs.filter((path) => path.includes('tabs/'))).toEqual([]);
  });
});
