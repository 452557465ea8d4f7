/**
 * `npm run rescope:check`: moves a copy of this repository, as it is committed, to another scope by the command that users have, and looks
 * whether everything is there that `npm test` would want: it compiles, imports are allowed, formats and generated files are current, tests
 * of the packages pass, nothing speaks of the old scope, and a second run changes nothing.
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../workspace.js';

const SCOPE = '@rescoped';
const main = fileURLToPath(new URL('./main.js', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'gateway-rescope-'));
const copy = join(scratch, 'copy');

try {
  succeed(ROOT, 'git', 'clone', '--quiet', '--no-hardlinks', ROOT, copy);
  succeed(copy, join(ROOT, 'node_modules/.bin/pnpm'), 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=silent');
  succeed(copy, process.execPath, main, SCOPE);
  succeed(copy, bin('tsc'), '-b');
  succeed(copy, bin('biome'), 'check', '.');
  succeed(copy, bin('turbo'), 'boundaries', '--no-update-notifier');
  for (const generator of ['packages/contract', 'infra', 'apps/release'])
    succeed(copy, process.execPath, `${generator}/dist/generate.js`, '--check');
  succeed(copy, process.execPath, 'apps/release/dist/check.js');
  succeed(
    copy,
    bin('vitest'),
    'run',
    '--project',
    'unit',
    'packages/core',
    'packages/contract',
    'packages/client',
    'packages/conformance',
    'apps/release',
  );
  succeed(copy, 'git', '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--all', '--message', 'Moved');
  succeed(copy, process.execPath, main, SCOPE);
  if (run(copy, 'git', 'status', '--porcelain').output !== '') throw new Error('the second run changed something');
  const left = run(
    copy,
    'git',
    'grep',
    '--line-number',
    '--extended-regexp',
    '@org/(gateway-(core|contract|client|server|local)|api|web)',
  ).output;
  if (left !== '') throw new Error(`these still speak of the old scope:\n${left}`);
  console.log(`ok     a copy of this repository works as ${SCOPE}`);
} catch (failure) {
  console.error((failure as Error).message);
  process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

function bin(name: string): string {
  return join(copy, 'node_modules', '.bin', name);
}

function succeed(cwd: string, command: string, ...args: string[]): void {
  const startedMs = Date.now();
  const { status, output } = run(cwd, command, ...args);
  const name = [command.split('/').at(-1), ...args].join(' ').replaceAll(copy, '.');
  if (status !== 0) throw new Error(`FAIL   ${name}\n${output}`);
  console.log(`ok     ${name} (${((Date.now() - startedMs) / 1_000).toFixed(1)} s)`);
}

function run(cwd: string, command: string, ...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1_024 * 1_024 });
  return { status, output: `${stdout}${stderr}` };
}
