/**
 * `node dist/generate.js` writes the files that are made from the contract; with `--check` it writes nothing and ends with 1 when one of
 * them is stale, saying which and what to do. A development tool: no application imports it.
 */

import { staleness, writeGenerated } from './generated-file.js';
import { openApiFile } from './openapi-file.js';

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== '--check');

if (unknown.length > 0) {
  console.error(`[USAGE] unknown argument: got ${unknown.join(' ')}, expected nothing or --check`);
  process.exitCode = 2;
} else if (args.includes('--check')) {
  const problem = await staleness(openApiFile());
  if (problem !== undefined) {
    console.error(problem);
    process.exitCode = 1;
  }
} else {
  await writeGenerated(openApiFile());
}
