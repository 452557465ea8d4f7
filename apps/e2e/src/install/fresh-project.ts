/**
 * A project as a user makes one: a temporary folder outside of the workspace, into which the packed tarballs are installed. Nothing is
 * fetched: pnpm takes the two packages that ours need (zod, and ws for Node 20) from the folders where `pnpm install` of this repository has
 * put them. Everything else a fresh project has (compilers, bundlers) is called from outside and sees only the project's folder.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { entryPoints, packAll, ROOT } from '@org/release';

const execute = promisify(execFile);
const PNPM = join(ROOT, 'node_modules', '.bin', 'pnpm');

/** What is installed: folders in `packages/`. */
const INSTALLED = ['core', 'contract', 'client'];
/** What ours need of others, from the package in whose folder it is linked: copied as ours are, so that nothing reaches the workspace. */
const OTHERS = { zod: 'core', ws: 'client' };
/** Optional peers of some subpaths, with dependencies of their own, and what TypeScript needs to know of Node and React. */
const LINKED = {
  '@faker-js/faker': 'client',
  '@tanstack/react-query': 'client',
  '@trpc/client': 'client',
  '@trpc/server': 'client',
  '@types/react': 'client',
  react: 'client',
  'trpc-to-openapi': 'core',
  'zod-schema-faker': 'client',
};
const NODE_TYPES = join(ROOT, 'node_modules', '@types', 'node');

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

/** A fresh project. */
export interface FreshProject {
  readonly folder: string;
  /** Where the tarballs are. */
  readonly tarballs: readonly string[];
  /** What of ours can be imported: `@org/gateway-client/http`. */
  readonly subpaths: readonly string[];
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Runs a program in the project's folder. */
  run(command: string, args: readonly string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Packs our packages and installs them. */
export async function makeFreshProject(): Promise<FreshProject> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'gateway-fresh-')));
  const folder = join(scratch, 'project');
  await mkdir(folder);
  const packed = await packAll(scratch, INSTALLED);
  const ours = packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`] as const);
  const resolved = [...ours, ...(await places('file', OTHERS)), ...(await places('link', LINKED))];
  const project: FreshProject = {
    folder,
    tarballs: packed.map(({ tarball }) => tarball),
    subpaths: packed.flatMap(({ manifest }) => entryPoints(manifest).map(({ subpath }) => manifest.name + subpath.slice(1))),
    write: async (file, text) => {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    },
    read: (file) => readFile(join(folder, file), 'utf8'),
    run: (command, args) => run(folder, command, args),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
  await project.write('package.json', JSON.stringify(manifest(Object.fromEntries(resolved)), null, 2));
  await project.write('pnpm-workspace.yaml', overrides(resolved));
  const { exitCode, output } = await project.run(PNPM, ['install', '--offline', '--ignore-scripts', '--no-frozen-lockfile']);
  if (exitCode !== 0) throw new Error(`the tarballs cannot be installed:\n${output}`);
  return project;
}

/** Where packages are on this disk, as a package manager is told. */
function places(protocol: 'file' | 'link', users: Readonly<Record<string, string>>): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(
    Object.entries(users).map(async ([name, user]) => {
      const place = await realpath(join(ROOT, 'packages', user, 'node_modules', name));
      return [name, `${protocol}:${place}`] as const;
    }),
  );
}

function manifest(dependencies: Readonly<Record<string, string>>): object {
  return { name: 'fresh', private: true, type: 'module', dependencies, devDependencies: { '@types/node': `link:${NODE_TYPES}` } };
}

/** Our packages name each other by version; until they are published, the tarballs stand for those. */
function overrides(resolved: readonly (readonly [string, string])[]): string {
  return `overrides:\n${resolved.map(([name, place]) => `  '${name}': '${place}'`).join('\n')}\n`;
}

async function run(cwd: string, command: string, args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, timeout: 300_000, maxBuffer: 16 * 1_024 * 1_024 });
    return { exitCode: 0, stdout, output: stdout + stderr };
  } catch (failure) {
    const { code, stdout = '', stderr = '' } = failure as { code?: number; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw failure;
    return { exitCode: code, stdout, output: stdout + stderr };
  }
}
