/**
 * A copy of the workspace to try changes in, as it is on the disk and already compiled. Third-party packages are not copied: pnpm's links
 * of each package are, and they lead through a link to the one store. Generated output that is large or belongs to a running stage stays.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  /** What it wrote, both streams. */
  readonly output: string;
}

/** A copy of the workspace. */
export interface WorkspaceCopy {
  readonly folder: string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** Runs Node with a script, or a tool of the workspace by its name, in the copy. */
  run(command: string, args: readonly string[]): Promise<CommandResult>;
  /** Source files that are not what was copied, by path, sorted; what the compiler and the bundler write does not count. */
  changedFiles(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Not copied: from the root, and anywhere. */
const LEFT_OUT = new Set([
  'node_modules',
  '.git',
  '.gateway',
  '.turbo',
  join('infra', 'cdk.out'),
  join('infra', 'cdk.out-everything'),
  join('infra', 'dist', 'bundles'),
]);
const LEFT_OUT_ANYWHERE = new Set(['.turbo', '.vite', 'site']);
const NOT_SOURCE = new Set(['node_modules', 'dist', 'cdk.out', '.turbo']);

/** Copies the workspace into a temporary folder. */
export async function copyWorkspace(root: string): Promise<WorkspaceCopy> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'gateway-copy-')));
  await cp(root, folder, {
    recursive: true,
    // The compiler compares times before it compares contents.
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (source) => {
      const path = relative(root, source);
      return !LEFT_OUT.has(path) && !LEFT_OUT_ANYWHERE.has(path.split(sep).at(-1) as string);
    },
  });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const before = await fingerprints(folder);
  return {
    folder,
    read: (file) => readFile(join(folder, file), 'utf8'),
    write: (file, text) => writeFile(join(folder, file), text),
    run: (command, args) => runIn(folder, command, args),
    changedFiles: async () => {
      const now = await fingerprints(folder);
      const all = new Set([...before.keys(), ...now.keys()]);
      return [...all].filter((file) => before.get(file) !== now.get(file)).sort();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** SHA-256 of every source file, by its path with `/`. */
async function fingerprints(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true });
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(directory, entry.name);
        if (NOT_SOURCE.has(entry.name)) return;
        if (entry.isDirectory()) return visit(path);
        const hash = createHash('sha256').update(await readFile(path));
        found.set(relative(folder, path).split(sep).join('/'), hash.digest('hex'));
      }),
    );
  };
  await visit(folder);
  return found;
}

function runIn(folder: string, command: string, args: readonly string[]): Promise<CommandResult> {
  const binary = command === 'node' ? process.execPath : join(folder, 'node_modules', '.bin', command);
  const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, output }));
  });
}
