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
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type BuildFailure, type BuildOptions, build, formatMessages, type Metafile } from 'esbuild';
import { KeptBundles } from './kept-bundle.js';
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
 * Bundles all functions, side by side. Those that lie there and would come out the same are left as they are.
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
  await mkdir(out, { recursive: true });
  await removeOthers(out, options.names);
  const kept = new KeptBundles();
  const results = await Promise.allSettled(
    entries.map(({ name, entry }) => bundleFunction({ name, entry, out, external: [...without(name)] }, kept)),
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

/** Bundles of functions that are no more. */
async function removeOthers(out: string, names: readonly string[]): Promise<void> {
  const wanted = new Set(names.flatMap((name) => [name, metafileOf(name)]));
  const others = (await readdir(out)).filter((file) => !wanted.has(file));
  await Promise.all(others.map((file) => rm(join(out, file), { recursive: true })));
}

function metafileOf(name: string): string {
  return `${name}.meta.json`;
}

async function bundleFunction(planned: Planned, kept: KeptBundles): Promise<Bundle> {
  const { name, entry, out } = planned;
  const folder = join(out, name);
  const options = optionsOf(planned);
  const metafile = (await kept.find(join(out, metafileOf(name)), options)) ?? (await makeBundle(planned, options, kept));
  const exported = metafile.outputs[entryOutput(metafile)]?.exports ?? [];
  if (!exported.includes('handler')) {
    throw new Error(`[BUNDLE] ${relative(REPOSITORY, entry)} exports ${exported.join(', ') || 'nothing'}, expected "handler"`);
  }
  return { name, folder, metafile };
}

async function makeBundle({ name, out }: Planned, options: BundlingOptions, kept: KeptBundles): Promise<Metafile> {
  await kept.forget(join(out, metafileOf(name)));
  await rm(join(out, name), { recursive: true, force: true });
  const startedMs = Date.now();
  const metafile = await runEsbuild(name, options);
  await kept.keep(join(out, metafileOf(name)), { options, metafile, startedMs });
  return metafile;
}

type BundlingOptions = BuildOptions & { readonly metafile: true };

function optionsOf({ name, entry, out, external }: Planned): BundlingOptions {
  return {
    absWorkingDir: REPOSITORY,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: join(out, name),
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
  };
}

async function runEsbuild(name: string, options: BundlingOptions): Promise<Metafile> {
  try {
    const { metafile } = await build(options);
    return metafile;
  } catch (cause) {
    const { errors } = cause as Partial<BuildFailure>;
    const details = errors === undefined ? [String(cause)] : await formatMessages(errors, { kind: 'error' });
    throw new Error(`[BUNDLE] ${name} does not build:\n${details.join('').trimEnd()}`, { cause });
  }
}
