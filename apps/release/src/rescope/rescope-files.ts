/**
 * Moves the packages of a repository to another scope, in the files that Git knows. What is made from them (lockfile, order of imports,
 * generated files) is renewed afterwards by the tools that make it.
 */

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Move, rescopeText, scopeProblem } from './scope.js';

const run = promisify(execFile);

/** What is to be moved, and where the repository's pages are from then on. */
export interface RescopeOptions {
  readonly root: string;
  /** `@acme` */
  readonly scope: string | undefined;
  /** URL of the repository for `package.json`, such as `https://github.com/acme/api`. @default as it is */
  readonly repository?: string | undefined;
}

/**
 * Rewrites the files, and returns their paths; none when everything is as it should be already.
 *
 * @throws Error when there are changes that are not committed, or the scope or the URL cannot be used; then nothing has been written
 */
export async function rescopeFiles({ root, scope, repository }: RescopeOptions): Promise<readonly string[]> {
  const manifests = await readManifests(root);
  const from = scopeOf(manifests);
  const problem = scopeProblem(scope, takenScopes(manifests, from)) ?? repositoryProblem(repository);
  if (problem !== undefined || scope === undefined) throw new Error(problem);
  if (from === scope && repository === undefined) return [];
  await refuseChanges(root);
  const names = manifests.flatMap(({ name = '' }) => (name.startsWith(`${from}/`) ? [name.slice(from.length + 1)] : []));
  const page = repository === undefined ? undefined : ([pageOf(manifests), repository.replace(/(\.git)?\/?$/, '')] as const);
  const files = await trackedFiles(root);
  const changed = await Promise.all(
    files.map(async (file) => ((await rewrite(join(root, file), { from, to: scope, names }, page)) ? [file] : [])),
  );
  return changed.flat();
}

interface Manifest {
  readonly name?: string;
  readonly homepage?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

async function readManifests(root: string): Promise<readonly Manifest[]> {
  const files = (await trackedFiles(root)).filter((file) => /(^|\/)package\.json$/.test(file));
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(join(root, file), 'utf8')) as Manifest));
}

/** The scope of the package that every other one is built on. */
function scopeOf(manifests: readonly Manifest[]): string {
  const core = manifests.find(({ name }) => name?.endsWith('/gateway-core'))?.name;
  if (core === undefined) throw new Error('there is no package named @…/gateway-core here: run this in the repository of the gateway');
  return core.slice(0, core.indexOf('/'));
}

function takenScopes(manifests: readonly Manifest[], ours: string): ReadonlySet<string> {
  const names = manifests.flatMap((each) =>
    [each.dependencies, each.devDependencies, each.peerDependencies].flatMap((all) => Object.keys(all ?? {})),
  );
  return new Set(
    names
      .filter((name) => name.startsWith('@'))
      .map((name) => name.slice(0, name.indexOf('/')))
      .filter((scope) => scope !== ours),
  );
}

function repositoryProblem(repository: string | undefined): string | undefined {
  if (repository === undefined || /^https:\/\/[^\s/]+\/[^\s]+[^\s/]$/.test(repository)) return undefined;
  return `"${repository}" is no repository: expected its address, as in "--repository https://github.com/acme/api"`;
}

/** Where the repository is now, by the homepage of a package: `https://github.com/org/gateway`. */
function pageOf(manifests: readonly Manifest[]): string {
  const homepage = manifests.find((each) => each.homepage !== undefined)?.homepage ?? '';
  return homepage.replace(/\/tree\/.*$/, '');
}

/** What is committed can be brought back. */
async function refuseChanges(root: string): Promise<void> {
  const { stdout } = await git(root, ['status', '--porcelain']);
  if (stdout === '') return;
  const lines = stdout.trimEnd().split('\n');
  const more = lines.length > 5 ? `\n  and ${lines.length - 5} more` : '';
  throw new Error(`there are changes that are not committed; commit or stash them first:\n  ${lines.slice(0, 5).join('\n  ')}${more}`);
}

async function trackedFiles(root: string): Promise<readonly string[]> {
  const { stdout } = await git(root, ['ls-files', '-z']);
  return stdout.split('\0').filter((file) => file !== '');
}

async function git(root: string, args: readonly string[]): Promise<{ readonly stdout: string }> {
  try {
    return await run('git', args, { cwd: root, maxBuffer: 64 * 1_024 * 1_024 });
  } catch (cause) {
    throw new Error(`${root} is no Git repository that can be read: commit it to one first, so that this can be undone`, { cause });
  }
}

async function rewrite(path: string, move: Move, page: readonly [string, string] | undefined): Promise<boolean> {
  const bytes = await readFile(path);
  if (bytes.includes(0)) return false;
  const before = bytes.toString('utf8');
  const moved = rescopeText(before, move);
  const after = page === undefined || page[0] === '' ? moved : moved.replaceAll(page[0], page[1]);
  if (after !== before) await writeFile(path, after);
  return after !== before;
}
