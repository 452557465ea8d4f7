/**
 * Cold start: each contestant is bundled as it would be deployed and loaded in a fresh process, which reports the CPU of loading plus the
 * first invocation (process start itself excluded). Also with 1, 100 and 300 procedures in one function: ours must not grow with them.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { quantile } from './paired.js';

const here = dirname(fileURLToPath(import.meta.url));

const SCHEMAS = `
const input = () => z.object({ id: z.string().min(1), limit: z.int().min(1).max(100), tags: z.array(z.string()), nested: z.object({ a: z.string(), b: z.number() }), mode: z.enum(['x', 'y']).default('x') });
const output = () => z.object({ rows: z.array(z.object({ id: z.string(), name: z.string(), score: z.number() })) });
const body = { id: 'a', limit: 1, tags: [], nested: { a: 'a', b: 1 } };`;

/** Source of a function with `count` procedures. */
const SOURCES: Readonly<Record<string, (count: number) => string>> = {
  'bare zod': (count) => `import * as z from 'zod';${SCHEMAS}
const all = Array.from({ length: ${count} }, () => ({ input: input(), output: output() }));
export const handler = async (event) => { all[0].input.parse(JSON.parse(event.body)); return { statusCode: 200, body: JSON.stringify(all[0].output.parse({ rows: [] })) }; };`,
  'this gateway': (count) => `import * as z from 'zod'; import { mutation, service } from '@org/gateway-core';
import { createLogger, createRestHandler, implement } from '@org/gateway-server'; import { defineService } from '@org/gateway-server/service';${SCHEMAS}
const names = Array.from({ length: ${count} }, (_, at) => 'p' + at);
const bench = service('bench', Object.fromEntries(names.map((name) => [name, mutation({ auth: 'public', input: () => input(), output: () => output() })])));
export const handler = createRestHandler({ implementation: implement(defineService(bench, { uses: {} }), Object.fromEntries(names.map((name) => [name, () => ({ rows: [] })]))),
  clients: {}, publish: async () => '', connectionOf: async () => ({}), allowedOrigin: '*', now: Date.now, log: createLogger({}) });`,
  'tRPC aws-lambda adapter': (
    count,
  ) => `import * as z from 'zod'; import { initTRPC } from '@trpc/server'; import { awsLambdaRequestHandler } from '@trpc/server/adapters/aws-lambda';${SCHEMAS}
const t = initTRPC.create({ isDev: false });
const names = Array.from({ length: ${count} }, (_, at) => 'p' + at);
export const handler = awsLambdaRequestHandler({ router: t.router(Object.fromEntries(names.map((name) => [name, t.procedure.input(input()).output(output()).mutation(() => ({ rows: [] }))]))) });`,
};

/** Loads a bundle, invokes it once, prints CPU milliseconds. */
const PROBE = `const before = process.cpuUsage(); const { handler } = await import(process.argv[2]);
const result = await handler({ resource: '/rpc/bench/{proxy+}', path: '/rpc/bench/p0', httpMethod: 'POST', headers: { 'content-type': 'application/json' }, multiValueHeaders: { 'content-type': ['application/json'] },
  queryStringParameters: null, multiValueQueryStringParameters: null, pathParameters: { proxy: 'p0' }, requestContext: { requestId: 'r', http: undefined }, body: '{"id":"a","limit":1,"tags":[],"nested":{"a":"a","b":1}}', isBase64Encoded: false }, {});
const { user, system } = process.cpuUsage(before);
if (result.statusCode !== 200) throw new Error(JSON.stringify(result));
console.log((user + system) / 1000);`;

const RUNS = 15;

/** Runs and prints the comparison. */
export async function benchColdStart(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-cold-'));
  try {
    writeFileSync(join(directory, 'probe.mjs'), PROBE);
    for (const count of [1, 100, 300]) await compare(directory, count);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compare(directory: string, count: number): Promise<void> {
  const names = Object.keys(SOURCES);
  const bundles = await Promise.all(names.map((name, at) => bundle(SOURCES[name]?.(count) ?? '', join(directory, `${count}-${at}.mjs`))));
  const runs = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const [at, name] of names.entries()) {
      runs
        .get(name)
        ?.push(Number(execFileSync(process.execPath, [join(directory, 'probe.mjs'), bundles[at] as string], { encoding: 'utf8' })));
    }
  }
  const baseline = quantile(
    [...(runs.get('bare zod') as number[])].sort((a, b) => a - b),
    0.5,
  );
  console.log(`\nCold start, ${count} procedure${count === 1 ? '' : 's'} in the function (${RUNS} interleaved runs)`);
  for (const name of names) {
    const sorted = [...(runs.get(name) as number[])].sort((a, b) => a - b);
    const median = quantile(sorted, 0.5);
    console.log(
      `  ${name.padEnd(28)} ${median.toFixed(1).padStart(9)} ms CPU   ${(median / baseline).toFixed(2)}x   best ${(sorted[0] as number).toFixed(1)} ms`,
    );
  }
}

async function bundle(contents: string, outfile: string): Promise<string> {
  await build({
    stdin: { contents, resolveDir: here, loader: 'js' },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    external: ['@aws-sdk/*'],
    logLevel: 'silent',
  });
  return outfile;
}
