/**
 * `npm run soak -- [--seed N] [--minutes N]`: builds, then two hours of faults on real sockets, at the stage's time, and a thousand
 * subscriptions that come and go (rows 45 and 47 of the fault matrix); prints how memory grew.
 */

import { parseArgs } from 'node:util';
import { attempt, checkNode, install, run } from './workspace.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string', default: '120' } } });
checkNode();
install();
run('turbo', ['run', 'build', '--output-logs=errors-only', '--no-update-notifier'], { quiet: true });
const { status } = attempt('vitest', ['run', '--project', 'e2e', 'apps/e2e/src/faults', '-t', 'row (45|47)'], {
  env: { SOAK_MINUTES: values.minutes, ...(values.seed === undefined ? {} : { FAULT_SEED: values.seed }) },
});
process.exit(status ?? 1);
