/**
 * Pages as a bundler makes them of the client's source, for tests of what they download.
 */

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

/** A page, with what is loaded when it is needed in files of its own if it is split. */
export interface Page {
  /** By their names, the first of them `page.js`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bytes (gzip) that it begins with, and of everything. */
  readonly eager: number;
  readonly all: number;
  /** Bytes (gzip) once files whose names begin so were loaded besides. */
  sizeWith(...beginnings: readonly string[]): number;
  /** The source files in it. */
  readonly inputs: readonly string[];
}

/** Bundles and minifies a page, whose imports are relative to `src`. */
export async function bundlePage(contents: string, options: Pick<BuildOptions, 'splitting' | 'external'> = {}): Promise<Page> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    outdir: 'out',
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    entryNames: 'page',
    write: false,
    metafile: true,
    ...options,
  });
  const files = new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
  const filesFrom = (entry: string): string[] => [
    entry,
    ...(metafile.outputs[`out/${entry}`]?.imports ?? []).flatMap(({ kind, path }) =>
      kind === 'import-statement' ? filesFrom(basename(path)) : [],
    ),
  ];
  const bytesOf = (names: Iterable<string>) =>
    [...new Set(names)].reduce((sum, name) => sum + gzipSync(files.get(name) ?? '', { level: 9 }).length, 0);
  const sizeWith = (...beginnings: readonly string[]) => {
    const loaded = beginnings.map((beginning) => [...files.keys()].find((name) => name.startsWith(beginning)) as string);
    return bytesOf(['page.js', ...loaded].flatMap(filesFrom));
  };
  return { files, eager: sizeWith(), sizeWith, all: bytesOf(files.keys()), inputs: Object.keys(metafile.inputs) };
}
