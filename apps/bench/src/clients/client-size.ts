/**
 * Bytes of the browser client: one client built and exported, minified, gzip -9. Limits: HTTP 1.5 KB, with socket 4 KB (goals 1.2 and 3).
 */

import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

const SOURCES: Readonly<Record<string, string>> = {
  'this gateway, HTTP': `import { createHttpClient } from '@org/gateway-client/http'; export const client = createHttpClient({ url: 'https://api.example.com/prod' });`,
  'this gateway, HTTP and socket': `import { createGatewayClient } from '@org/gateway-client'; export const client = createGatewayClient({ url: 'https://api.example.com/prod' });`,
  'Hono hc': `import { hc } from 'hono/client'; export const client = hc('https://api.example.com/prod');`,
  'openapi-fetch': `import createClient from 'openapi-fetch'; export const client = createClient({ baseUrl: 'https://api.example.com/prod' });`,
  'oRPC RPCLink': `import { createORPCClient } from '@orpc/client'; import { RPCLink } from '@orpc/client/fetch';
export const client = createORPCClient(new RPCLink({ url: 'https://api.example.com/prod/rpc' }));`,
  'tRPC httpLink': `import { createTRPCClient, httpLink } from '@trpc/client'; export const client = createTRPCClient({ links: [httpLink({ url: '/rpc' })] });`,
  'tRPC httpBatchLink': `import { createTRPCClient, httpBatchLink } from '@trpc/client'; export const client = createTRPCClient({ links: [httpBatchLink({ url: '/rpc' })] });`,
  'tRPC httpBatchLink + wsLink': `import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from '@trpc/client';
export const client = createTRPCClient({ links: [splitLink({ condition: (op) => op.type === 'subscription', true: wsLink({ client: createWSClient({ url: '/ws' }) }), false: httpBatchLink({ url: '/rpc' }) })] });`,
};

/** Bundles and prints. */
export async function benchClientSize(): Promise<void> {
  console.log('\nBrowser client, esbuild minified, gzip -9');
  for (const [name, contents] of Object.entries(SOURCES)) {
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'js' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      metafile: true,
      splitting: true,
      outdir: 'out',
      entryNames: 'page',
      external: ['ws'],
      logLevel: 'silent',
    });
    const sizes = new Map(outputFiles.map((file) => [basename(file.path), gzipSync(file.contents, { level: 9 }).length]));
    const sizeWith = (...names: readonly string[]) => {
      const files = new Set(
        names.flatMap((beginning) =>
          loadedWith(
            metafile,
            [...sizes.keys()].find((file) => file.startsWith(beginning)),
          ),
        ),
      );
      return [...files].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
    };
    const start = `  ${name.padEnd(32)} ${String(sizeWith('page.js')).padStart(7)} bytes at start`;
    const request = sizes.size > 1 ? `, ${sizeWith('page.js', 'trouble-')} with the first request` : '';
    const isLive = [...sizes.keys()].some((file) => file.startsWith('socket-engine-'));
    const subscription = isLive ? `, ${sizeWith('page.js', 'trouble-', 'socket-engine-')} with the first subscription too` : '';
    const all = sizes.size > 1 ? `, ${[...sizes.values()].reduce((sum, size) => sum + size, 0)} with everything` : '';
    console.log(start + request + subscription + all);
  }
}

/** A file, and those that it imports at once. */
function loadedWith(metafile: Metafile, file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  const imported = metafile.outputs[`out/${file}`]?.imports.filter(({ kind }) => kind === 'import-statement') ?? [];
  return [file, ...imported.flatMap(({ path }) => loadedWith(metafile, basename(path)))];
}
