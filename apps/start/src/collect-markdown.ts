/**
 * Finds the Markdown that the installed packages ship: one README per installed package and version, in the package manager's store. These
 * are the documents of a fresh stage: real texts of every size, in many languages' scripts, that every machine has after installing.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A text to import. */
export interface MarkdownFile {
  /** Stable across imports: package name and version. */
  readonly id: string;
  /** The package's scope, or `packages` for those without one. */
  readonly folder: string;
  readonly title: string;
  readonly body: string;
}

/** READMEs larger than this are left out, and counted as skipped by the importer: the API takes a million characters. */
const MAX_CHARACTERS = 1_000_000;

/** Every README below a pnpm store, by id. Packages without one are passed over. */
export async function collectMarkdown(storeDirectory: string): Promise<readonly MarkdownFile[]> {
  const entries = await readdir(storeDirectory, { withFileTypes: true });
  const found = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => packagesIn(join(storeDirectory, entry.name, 'node_modules'))),
  );
  const files = await Promise.all(found.flat().map(readPackage));
  const byId = new Map(files.flatMap((file) => (file ? [[file.id, file] as const] : [])));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Folders of real packages: links lead to other entries of the store. */
async function packagesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const nested = entries.map(async (entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(directory, entry.name);
    if (!entry.name.startsWith('@')) return [path];
    const scoped = await readdir(path, { withFileTypes: true });
    return scoped.filter((inner) => inner.isDirectory()).map((inner) => join(path, inner.name));
  });
  return (await Promise.all(nested)).flat();
}

async function readPackage(directory: string): Promise<MarkdownFile | undefined> {
  const files = await readdir(directory);
  const readme = files.find((file) => /^readme(?:\.md|\.markdown)?$/i.test(file));
  const manifest = readme && (await readFile(join(directory, 'package.json'), 'utf8').catch(() => undefined));
  if (!readme || !manifest) return undefined;
  const { name, version } = JSON.parse(manifest) as { readonly name?: string; readonly version?: string };
  const body = await readFile(join(directory, readme), 'utf8');
  if (!name || !version || body.trim() === '' || body.length > MAX_CHARACTERS) return undefined;
  return {
    id: idOf(name, version),
    folder: name.startsWith('@') ? (name.split('/')[0] as string) : 'packages',
    title: `${name} ${version}`,
    body,
  };
}

/** Ids take letters, digits and `. _ @ -`, and start with a letter or digit. */
function idOf(name: string, version: string): string {
  return `${name.replace(/^@/, '').replace('/', '.')}@${version}`.replace(/[^A-Za-z0-9._@-]/g, '-').slice(0, 128);
}
