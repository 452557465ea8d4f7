/**
 * `npm run model -- [--seeds N] [--from N] [--seed N] [--trace]`: compiles, then runs client and server under faults on a virtual clock.
 */

import { join } from 'node:path';
import { attempt, checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
run('tsc', ['-b', 'apps/model'], { quiet: true });
const { status } = attempt(process.execPath, [join(root, 'apps', 'model', 'dist', 'main.js'), ...process.argv.slice(2)]);
process.exit(status ?? 1);
