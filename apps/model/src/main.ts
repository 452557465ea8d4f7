/**
 * `npm run model -- [--seeds N] [--from N] [--shape NAME]` runs many seeds and prints a table; what does not hold is named with the faults
 * that it takes. `npm run model -- --seed N [--shape NAME] [--only FAULT,…] --trace` runs one and prints what happened.
 */

import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.js';
import { type RunResult, runSeed, SHAPES, type ShapeName } from './run-seed.js';
import { createSummary } from './summary.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    shape: { type: 'string' },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

const shape = shapeOf(values.shape);
process.exitCode = (values.seed === undefined ? await runMany() : await runOne(Number(values.seed))) ? 0 : 1;

async function runOne(seed: number): Promise<boolean> {
  const only = values.only === undefined ? undefined : faultsOf(values.only);
  const result = await runSeed({ seed, shape, only, keepsTrace: values.trace });
  for (const line of result.lines) console.log(line);
  console.log(`seed ${seed}, trace ${result.hash}: ${result.violations.length === 0 ? 'everything holds' : ''}`);
  for (const violation of result.violations) console.log(`  ${violation}`);
  return result.violations.length === 0;
}

async function runMany(): Promise<boolean> {
  const summary = createSummary();
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const beganMs = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const result = await runSeed({ seed, shape });
    summary.add(result);
    if (result.violations.length > 0) await explain(result);
    const done = seed - from + 1;
    if (done % 500 === 0) console.log(`${done} of ${count} seeds, ${perSeed(done)} ms each, ${summary.broken} broken`);
  }
  console.log(`\n${summary.text()}\n\n${perSeed(count)} ms per seed`);
  return summary.broken === 0;

  function perSeed(done: number): string {
    return ((performance.now() - beganMs) / done).toFixed(0);
  }
}

/** Says what did not hold, with which faults alone it does not hold either, and how to see it. */
async function explain({ seed, violations, faults }: RunResult): Promise<void> {
  const needed = new Set(faults.keys());
  for (const fault of faults.keys()) {
    const fewer = new Set([...needed].filter((other) => other !== fault));
    if ((await runSeed({ seed, shape, only: fewer })).violations.length > 0) needed.delete(fault);
  }
  const flags = `--seed ${seed}${shape ? ` --shape ${shape}` : ''}`;
  console.log(`seed ${seed}: ${violations[0]}${violations.length > 1 ? ` (and ${violations.length - 1} more)` : ''}`);
  console.log(`  npm run model -- ${flags} --trace`);
  if (needed.size < faults.size) console.log(`  npm run model -- ${flags} --only '${[...needed].join(',')}' --trace`);
}

function shapeOf(name: string | undefined): ShapeName | undefined {
  if (name === undefined || name in SHAPES) return name as ShapeName | undefined;
  throw new Error(`unknown --shape ${name}: expected ${Object.keys(SHAPES).join(', ')}`);
}

function faultsOf(text: string): ReadonlySet<Fault> {
  const names = text === '' ? [] : text.split(',');
  const unknown = names.filter((name) => !FAULTS.includes(name as Fault));
  if (unknown.length > 0) throw new Error(`unknown fault ${unknown.join(', ')}: expected some of ${FAULTS.join(', ')}`);
  return new Set(names as Fault[]);
}
