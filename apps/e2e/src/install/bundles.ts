/**
 * The bundlers of a fresh project, each set as those who use it set it. They are the workspace's own installations, and look for packages in
 * the project's folder only.
 */

import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';

/** What a bundler made. */
export interface Bundle {
  /** The code of each file, by name; the first is the one to start with. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that went into it; the bundler's own are among them. */
  readonly inputs: readonly string[];
}

/** A production build of Vite, as modules for browsers. */
export async function viteBundle(folder: string, entry: string): Promise<Bundle> {
  const result = await vite({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: join(folder, entry), formats: ['es'] }, target: 'es2022', minify: true },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !('output' in output)) throw new Error('Vite built nothing');
  const chunks = output.output.filter((each) => each.type === 'chunk');
  return {
    files: Object.fromEntries(chunks.map(({ fileName, code }) => [fileName, code])),
    inputs: chunks.flatMap(({ moduleIds }) => moduleIds),
  };
}

/**
 * webpack as Next.js sets it: a bundle for the server, in which packages are bundled too and `node` is among the conditions, or one for
 * browsers. It is written to `out-TARGET/main.mjs`. https://nextjs.org/docs/app/api-reference/config/next-config-js/serverExternalPackages
 */
export async function webpackBundle(folder: string, entry: string, target: 'node20' | 'web'): Promise<Omit<Bundle, 'files'>> {
  const compiler = webpack({
    context: folder,
    mode: 'production',
    target,
    entry: join(folder, entry),
    experiments: { outputModule: true },
    output: { path: join(folder, `out-${target}`), filename: 'main.mjs', module: true, chunkFormat: 'module' },
    // Making it small takes longest and changes nothing of what is in it.
    optimization: { minimize: false },
    performance: false,
    cache: false,
  });
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((failure, done) => (failure || !done ? reject(failure ?? new Error('webpack built nothing')) : resolve(done)));
  });
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  const inputs = (stats.toJson({ all: false, modules: true, nestedModules: true }).modules ?? []).flatMap(modulesIn);
  return { inputs };
}

function modulesIn({ name, modules }: webpack.StatsModule): readonly string[] {
  return modules?.flatMap(modulesIn) ?? (name === undefined ? [] : [name]);
}

/** esbuild as edge runtimes use it: no platform, and their conditions. https://esbuild.github.io/api/#conditions */
export async function edgeBundle(folder: string, entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    format: 'iife',
    globalName: 'program',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  return { files: { 'program.js': outputFiles[0]?.text ?? '' }, inputs: Object.keys(metafile.inputs) };
}
