/**
 * `npm run rescope -- @acme [--repository URL]`: compiles what it needs, then moves all packages to another scope
 * (`apps/release/src/rescope/main.ts`). With `--check` it does so in a copy, and tries whether everything works there.
 */

import { join } from 'node:path';
import { attempt, checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
run('tsc', ['-b', 'apps/release'], { quiet: true });
const args = process.argv.slice(2);
const [program, rest] = args.includes('--check') ? ['check.js', []] : ['main.js', args];
const { status } = attempt(process.execPath, [join(root, 'apps/release/dist/rescope', program), ...rest]);
process.exit(status ?? 1);
