/**
 * Bundles every function with esbuild before CDK sees it: entry `apps/api/src/{name}/main.ts`, taken by path and never imported, output
 * a folder with `index.mjs`, its chunks and source maps, which is all that is deployed. The metafile is written beside that folder.
 *
 * What is imported dynamically becomes a chunk of its own, so that a cold start reads no AWS client before its first use.
 *
 * What a function needs is bundled, AWS's clients too: the copies in Lambda's runtime change without notice. The code is for Node 20, so that the
 * local stage runs the very bundle that Node 24 runs on AWS. `mainFields` is what makes an ESM bundle of AWS's clients load: their
 * CommonJS build asks for a `require` of built-in modules, which the banner also gives to other packages that do.
 */

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type BuildFailure, build, formatMessages, type Metafile } from 'esbuild';
import { REPOSITORY } from './repository.js';

const REQUIRE_BANNER =
  "import { createRequire as gatewayCreateRequire } from 'node:module'; const require = gatewayCreateRequire(import.meta.url);";

/** What to bundle and where to. */
export interface BundleOptions {
  readonly names: readonly string[];
  /** Folder with one folder per function. @default apps/api/src */
  readonly sources?: string;
  /** @default infra/dist/bundles */
  readonly out?: string;
  /** Packages that a function never loads, by its name; they are left out. @default none */
  readonly without?: (name: string) => readonly string[];
}

/** One bundled function. */
export interface Bundle {
  readonly name: string;
  /** What is deployed. */
  readonly folder: string;
  readonly metafile: Metafile;
}

/**
 * Bundles all functions, side by side.
 *
 * @throws Error naming every entry that is missing; otherwise every function that does not build or exports no `handler`.
 */
export async function bundleFunctions(options: BundleOptions): Promise<readonly Bundle[]> {
  const sources = options.sources ?? join(REPOSITORY, 'apps/api/src');
  const out = options.out ?? join(REPOSITORY, 'infra/dist/bundles');
  const without = options.without ?? (() => []);
  const entries = options.names.map((name) => ({ name, entry: join(sources, name, 'main.ts') }));
  const missing = entries.filter(({ entry }) => !existsSync(entry)).map(({ entry }) => `  ${relative(REPOSITORY, entry)}`);
  if (missing.length > 0) {
    throw new Error(`[BUNDLE] functions without an entry; write these files, each exporting "handler":\n${missing.join('\n')}`);
  }
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const results = await Promise.allSettled(
    entries.map(({ name, entry }) => bundleFunction({ name, entry, out, external: [...without(name)] })),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** Path of the bundle's `index.mjs` in its metafile. */
export function entryOutput({ outputs }: Metafile): string {
  return Object.keys(outputs).find((path) => path.endsWith('/index.mjs')) ?? 'index.mjs';
}

interface Planned {
  readonly name: string;
  readonly entry: string;
  readonly out: string;
  readonly external: string[];
}

async function bundleFunction({ name, entry, out, external }: Planned): Promise<Bundle> {
  const folder = join(out, name);
  const metafile = await runEsbuild({ name, entry, out: folder, external });
  await writeFile(join(out, `${name}.meta.json`), JSON.stringify(metafile));
  const exported = metafile.outputs[entryOutput(metafile)]?.exports ?? [];
  if (!exported.includes('handler')) {
    throw new Error(`[BUNDLE] ${relative(REPOSITORY, entry)} exports ${exported.join(', ') || 'nothing'}, expected "handler"`);
  }
  return { name, folder, metafile };
}

async function runEsbuild({ name, entry, out, external }: Planned): Promise<Metafile> {
  try {
    const result = await build({
      absWorkingDir: REPOSITORY,
      entryPoints: [{ in: entry, out: 'index' }],
      outdir: out,
      external,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      banner: { js: REQUIRE_BANNER },
      minify: true,
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      metafile: true,
      logLevel: 'silent',
    });
    return result.metafile;
  } catch (cause) {
    const { errors } = cause as Partial<BuildFailure>;
    const details = errors === undefined ? [String(cause)] : await formatMessages(errors, { kind: 'error' });
    throw new Error(`[BUNDLE] ${name} does not build:\n${details.join('').trimEnd()}`, { cause });
  }
}
