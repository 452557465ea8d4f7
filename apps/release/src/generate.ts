/** `node dist/generate.js` writes the API reports; with `--check` it writes nothing and ends with 1 when one is stale. */

import { apiReports } from './api-reports.js';
import { staleReports, writeReports } from './committed-reports.js';
import { ROOT } from './workspace.js';

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== '--check');

if (unknown.length > 0) {
  console.error(`[USAGE] unknown argument: got ${unknown.join(' ')}, expected nothing or --check`);
  process.exitCode = 2;
} else if (args.includes('--check')) {
  const stale = await staleReports(ROOT, await apiReports());
  for (const sentence of stale) console.error(sentence);
  if (stale.length > 0) process.exitCode = 1;
} else {
  await writeReports(ROOT, await apiReports());
}
