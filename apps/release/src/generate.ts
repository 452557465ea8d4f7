/** `node dist/generate.js` writes the API reports; with `--check` it writes nothing and ends with 1 when one is stale. */

import { parseArgs } from 'node:util';
import { apiReports } from './api-reports.js';
import { staleReports, writeReports } from './committed-reports.js';
import { ROOT } from './workspace.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

if (values.check) {
  const stale = await staleReports(ROOT, await apiReports());
  for (const sentence of stale) console.error(sentence);
  if (stale.length > 0) process.exitCode = 1;
} else {
  await writeReports(ROOT, await apiReports());
}
