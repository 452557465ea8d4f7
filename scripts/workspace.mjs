/**
 * What the two commands share: make the workspace ready with Node and npm alone. Installing runs only when the lockfile changed since the
 * last install, so that a second start does not pay for it. Nothing here is TypeScript: it runs before anything is installed.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.gateway-install');
const MINIMUM = [20, 19];

/** Ends the process with a sentence when Node is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  console.error(`Node ${process.versions.node} is too old: expected ${MINIMUM.join('.')} or later. See https://nodejs.org`);
  process.exit(1);
}

/** Installs the workspace with the pinned pnpm, if the lockfile is not what was installed last. */
export function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.log(`Installing with ${packageManager} …`);
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], { quiet: true });
  writeFileSync(stamp, wanted);
}

/**
 * Runs a command in the workspace, with its installed binaries on the PATH. A failure ends the process with the command's own output.
 * `quiet` keeps the output back unless it fails.
 */
export function run(command, args, { quiet = false } = {}) {
  const { status, stdout, stderr } = attempt(command, args, { quiet });
  if (status === 0) return;
  if (quiet) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  console.error(`\n"${command} ${args.join(' ')}" failed with exit code ${status}.`);
  process.exit(status || 1);
}

/** Runs a command and reports how it ended. */
export function attempt(command, args, { quiet = false, env = {} } = {}) {
  return spawnSync(command, args, {
    ...settings(env),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
}

/** The same beside other work; `quiet` writes the output when the command has ended, to `write`. Resolves with its exit code. */
export function attemptBeside(command, args, { quiet = false, env = {}, write = (chunk) => process.stdout.write(chunk) } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...settings(env), stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      write(Buffer.concat(output));
      resolve(status);
    });
  });
}

function settings(env) {
  return {
    cwd: root,
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
      ...env,
    },
  };
}
