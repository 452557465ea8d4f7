/**
 * `npm run rescope -- @acme [--repository URL]`: moves all packages of this repository to another scope, then renews what depends on it:
 * installation and lockfile, the order of imports, what the compiler emits, the generated files.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rescopeFiles } from './rescope-files.js';

/** Where it is run, which need not be where this file is: a copy of the repository is moved by the same code. */
const root = process.cwd();

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { repository: { type: 'string' } } });
  const [scope, ...others] = positionals;
  if (others.length > 0) throw new Error(`expected one scope: got ${positionals.join(' ')}`);
  const files = await rescopeFiles({ root, scope, repository: values.repository });
  if (files.length === 0) console.log(`Everything is in ${scope} already.`);
  else {
    console.log(`${files.length} files name ${scope} now. Renewing what is made from them …`);
    tool('pnpm', 'install', '--no-frozen-lockfile', '--prefer-offline', '--reporter=append-only');
    tool('biome', 'check', '--write', '--log-level=warn', '.');
    tool('tsc', '-b');
    for (const generator of ['packages/contract', 'infra', 'apps/release']) tool('node', join(generator, 'dist', 'generate.js'));
    console.log('Done. Look at "git diff --stat", run "npm test", and commit.');
  }
} catch (failure) {
  console.error(`[RESCOPE] ${(failure as Error).message}`);
  process.exitCode = 1;
}

function tool(name: string, ...args: string[]): void {
  const command = name === 'node' ? process.execPath : join(root, 'node_modules', '.bin', name);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`"${name} ${args.join(' ')}" failed; "git checkout ." brings everything back`);
}
