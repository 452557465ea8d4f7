/**
 * `npm run bench -- [name…]`: builds, then runs the benchmarks of `apps/bench`.
 */

import { join } from 'node:path';
import { attempt, checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
run('turbo', ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'], { quiet: true });
const { status } = attempt(process.execPath, [join(root, 'apps', 'bench', 'dist', 'main.js'), ...process.argv.slice(2)], {
  env: { NODE_ENV: 'production' },
});
process.exit(status ?? 1);
