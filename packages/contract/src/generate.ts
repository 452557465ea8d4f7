/**
 * `node dist/generate.js` writes the files that are made from the contract; with `--check` it writes nothing and ends with 1 when one of
 * them is stale, saying which and what to do. A development tool: no application imports it.
 */

import { parseArgs } from 'node:util';
import { staleness, writeGenerated } from './generated-file.js';
import { openApiFile } from './openapi-file.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const file = openApiFile();
const problem = values.check ? await staleness(file) : await writeGenerated(file);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
