/**
 * What must hold for a packed package beyond what publint and attw look at: nothing of the workshop is inside, source maps lead to sources
 * that are inside, and everything that is imported is declared. Pure: a package is given as its files.
 */

import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Manifest } from './workspace.js';

/** The files of a package, read by their path from its folder: `dist/index.js`. */
export interface PackageFiles {
  readonly names: readonly string[];
  read(name: string): string;
}

/** What is wrong, one sentence each; empty when nothing is. */
export function brokenRules(files: PackageFiles): readonly string[] {
  const manifest = JSON.parse(files.read('package.json')) as Manifest;
  return [
    ...strayFiles(files),
    ...missingFiles(files),
    ...brokenManifest(manifest),
    ...lostSources(files),
    ...undeclaredImports(files, manifest),
  ];
}

const STRAY = /\.(test|test-d|fixture|suite)\.|\.tsbuildinfo$|(^|\/)(node_modules|\.env)(\/|$)/;

function strayFiles({ names }: PackageFiles): readonly string[] {
  return names.filter((name) => STRAY.test(name)).map((name) => `${name} is packed: expected no tests and no leftovers; correct "files"`);
}

function missingFiles({ names }: PackageFiles): readonly string[] {
  return ['README.md', 'LICENSE'].filter((name) => !names.includes(name)).map((name) => `${name} is missing; write it, or correct "files"`);
}

function brokenManifest(manifest: Manifest): readonly string[] {
  const { name, type, sideEffects, publishConfig, repository, exports = {} } = manifest;
  const folder = name.replace(/^@[^/]+\/(gateway-)?/, '');
  return [
    ...(type === 'module' ? [] : [`"type" is ${type}: expected "module"`]),
    ...(sideEffects === false ? [] : [`"sideEffects" is ${sideEffects}: expected false, or bundlers keep what nobody uses`]),
    ...(publishConfig?.provenance ? [] : ['"publishConfig.provenance" is missing: expected true']),
    ...(repository?.directory === `packages/${folder}`
      ? []
      : [`"repository.directory" is ${repository?.directory}: expected packages/${folder}`]),
    ...Object.entries(exports).flatMap(([subpath, target]) => brokenExport(subpath, target)),
  ];
}

/** `types` first, then `default`: conditions are tried in order, https://nodejs.org/api/packages.html#conditional-exports. */
function brokenExport(subpath: string, target: string | Readonly<Record<string, string>>): readonly string[] {
  if (typeof target === 'string')
    return target.endsWith('.json') ? [] : [`exports["${subpath}"] has no types: expected { types, default }`];
  const conditions = Object.keys(target).join(', ');
  return conditions === 'types, default' ? [] : [`exports["${subpath}"] has ${conditions}: expected types, default`];
}

/** Maps whose sources are not inside lead a debugger, and go-to-definition, nowhere. */
function lostSources(files: PackageFiles): readonly string[] {
  const packed = new Set(files.names);
  return files.names
    .filter((name) => name.endsWith('.map'))
    .flatMap((map) => {
      const { sourceRoot = '', sources } = JSON.parse(files.read(map)) as { sourceRoot?: string; sources: readonly string[] };
      const paths = sources.map((source) => posix.join(posix.dirname(map), sourceRoot, source));
      return paths.filter((path) => !packed.has(path)).map((path) => `${map} leads to ${path}, which is not packed; correct "files"`);
    });
}

/** Specifiers of static and dynamic imports, and of types. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([\w@#.][\w@#./:-]*)['"]/g;

/** A package that imports what it does not declare works by luck, and not under pnpm. */
function undeclaredImports(files: PackageFiles, { name, dependencies = {}, peerDependencies = {} }: Manifest): readonly string[] {
  const declared = new Set([name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const code = files.names.filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file));
  return code.flatMap((file) => {
    const imported = [...withoutComments(files.read(file)).matchAll(IMPORT)].map(([, specifier = '']) => packageOf(specifier));
    const strangers = new Set(imported.filter((each) => each !== undefined && !declared.has(each)));
    return [...strangers].map((each) => `${file} imports ${each}, which is neither in "dependencies" nor in "peerDependencies"`);
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** The package a specifier names; `undefined` for files, `#imports` and what Node brings. */
function packageOf(specifier: string): string | undefined {
  if (/^[./#]/.test(specifier) || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
