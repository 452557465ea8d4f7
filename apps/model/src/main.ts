/** `npm run model -- [--seeds N] [--from N] | --seed N [--trace]`. */

import { parseArgs } from 'node:util';
import { runSeed } from './run-seed.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
if (values.seed !== undefined) {
  const result = await runSeed({ seed: Number(values.seed), keepsTrace: values.trace });
  for (const line of result.lines) console.log(line);
  console.log(result.hash, result.violations);
} else {
  const began = Date.now();
  let bad = 0;
  for (let seed = Number(values.from); seed < Number(values.from) + Number(values.seeds); seed++) {
    const r = await runSeed({ seed });
    if (r.violations.length > 0) {
      bad += 1;
      console.log(seed, r.hash, r.violations.slice(0, 3), `${r.violations.length}`);
    }
  }
  console.log(`${bad} bad, ${(Date.now() - began) / Number(values.seeds)} ms per seed`);
}
