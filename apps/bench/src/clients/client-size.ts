/**
 * Bytes of the browser client: one client built and exported, minified, gzip -9. Limits: HTTP 2 KB, with socket 4 KB (goals 1.2 and 3).
 */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

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
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'js' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
      splitting: true,
      outdir: 'out',
      external: ['ws'],
      logLevel: 'silent',
    });
    const sizes = outputFiles.map((file) => gzipSync(file.contents, { level: 9 }).length);
    const [entry, ...chunks] = sizes;
    console.log(
      `  ${name.padEnd(32)} ${String(entry).padStart(7)} bytes at start${chunks.length > 0 ? `, ${chunks.reduce((a, b) => a + b, 0)} more when used` : ''}`,
    );
  }
}
