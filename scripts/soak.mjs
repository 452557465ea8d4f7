/**
 * `npm run soak -- [--seed N] [--minutes N]`: builds, then two hours of faults on real sockets, at the stage's time; prints how memory grew.
 */

import { parseArgs } from 'node:util';
import { attempt, checkNode, install, run } from './workspace.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string', default: '120' } } });
checkNode();
install();
run('turbo', ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'], { quiet: true });
const { status } = attempt('vitest', ['run', '--project', 'e2e', 'apps/e2e/src/faults/soak.e2e.ts'], {
  env: { SOAK_MINUTES: values.minutes, ...(values.seed === undefined ? {} : { FAULT_SEED: values.seed }) },
});
process.exit(status ?? 1);
