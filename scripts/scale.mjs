/**
 * `npm run scale -- [SIZE…]`: builds, then measures and simulates broadcasts to many connections (`apps/bench/src/scale`).
 */

import { join } from 'node:path';
import { attempt, checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
run('tsc', ['-b'], { quiet: true });
const { status } = attempt(process.execPath, [
  '--expose-gc',
  join(root, 'apps', 'bench', 'dist', 'scale', 'main.js'),
  ...process.argv.slice(2),
]);
process.exit(status ?? 1);
