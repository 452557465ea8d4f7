/**
 * `npm run installs [-- NAME…]`: builds, then installs the packed packages in a fresh project and runs it under Deno, Bun, workerd and other versions of
 * Node (`apps/e2e/src/install/everywhere.ts`).
 */

import { join } from 'node:path';
import { attempt, checkNode, install, root, run } from './workspace.mjs';

checkNode();
install();
run('turbo', ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'], { quiet: true });
const { status } = attempt(process.execPath, [join(root, 'apps/e2e/dist/install/everywhere.js'), ...process.argv.slice(2)]);
process.exit(status ?? 1);
