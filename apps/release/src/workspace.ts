/**
 * The packages of this repository that are published: those in `packages/` that are not private. What they are is read from their
 * `package.json`, so that nothing has to be listed twice.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url));

/** What is read of a `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package as it is in the repository. */
export interface PublishedPackage {
  /** Its folder's name in `packages/`. */
  readonly folder: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

/** A published subpath that has types. */
export interface EntryPoint {
  /** As in `exports`: `.` or `./http`. */
  readonly subpath: string;
  /** Its declarations, from the package's folder: `./dist/http/index.d.ts`. */
  readonly types: string;
}

/** The published packages, by the name of their folder. */
export async function publishedPackages(root: string = ROOT): Promise<readonly PublishedPackage[]> {
  const folders = (await readdir(join(root, 'packages'))).sort();
  const packages = await Promise.all(
    folders.map(async (folder) => {
      const directory = join(root, 'packages', folder);
      const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as Manifest;
      return { folder, directory, manifest };
    }),
  );
  return packages.filter(({ manifest }) => manifest.private !== true);
}

/** The subpaths of a package that programs import; files such as `./openapi.json` have no types and are none. */
export function entryPoints({ exports = {} }: Manifest): readonly EntryPoint[] {
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'object' && target.types !== undefined ? [{ subpath, types: target.types }] : [],
  );
}
