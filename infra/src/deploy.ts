/**
 * `node dist/deploy.js --stage NAME [--allow-replacement LOGICAL-ID]… [--dry-run] [--yes]`: examines the stage, synthesizes and validates it, shows
 * what would change, and deploys it with the pinned CDK CLI; stops before anything that holds data is replaced or deleted.
 *
 * Stacks of other accounts are read and deployed with the roles that CDK's bootstrapping made there, so those accounts must trust this one
 * (`npx cdk bootstrap --trust ACCOUNT --trust-for-lookup ACCOUNT --cloudformation-execution-policies …` in each of them).
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readAssembly } from './deploy/assembly.js';
import { deployedTemplate } from './deploy/deployed-template.js';
import { stageNamed } from './deploy/stage-alias.js';
import { changeLine, decide, type StatefulChange, statefulChanges } from './deploy/stateful-changes.js';

const INFRA = fileURLToPath(new URL('../', import.meta.url));
const ASSEMBLY = join(INFRA, 'cdk.out/deploy');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      'allow-replacement': { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  });
  if (values.stage === undefined) throw new Error('[DEPLOY] which stage? Give --stage, such as --stage dev or --stage prod');
  const stage = stageNamed(values.stage);
  run('the doctor has findings', [join(INFRA, 'dist/doctor.js'), '--stage', stage]);
  run('the stage does not synthesize', [join(INFRA, 'dist/synth.js'), '--stage', stage, '--validate', '--out', ASSEMBLY]);
  refuse(await changesOf(ASSEMBLY), values['allow-replacement']);
  cdk(['diff', '--all']);
  if (values['dry-run']) return;
  cdk(['deploy', '--all', '--require-approval', values.yes ? 'never' : 'broadening']);
}

async function changesOf(assembly: string): Promise<readonly StatefulChange[]> {
  const stacks = await readAssembly(assembly);
  const changes = await Promise.all(
    stacks.map(async ({ stackName, environment, template }) => statefulChanges(await deployedTemplate(stackName, environment), template)),
  );
  return changes.flat();
}

/** @throws Error for a change that nobody allowed, or an allowance that fits nothing. */
function refuse(changes: readonly StatefulChange[], allowed: readonly string[]): void {
  const { blocked, unknown } = decide(changes, allowed);
  const lines = [
    ...blocked.map((change) => `  ${changeLine(change)}; if that is meant: --allow-replacement ${change.name}`),
    ...unknown.map((name) => `  --allow-replacement ${name}: nothing of that name is replaced or deleted; remove it`),
  ];
  if (lines.length > 0) throw new Error(`[DEPLOY] stopped before anything changed:\n${lines.join('\n')}`);
}

function cdk(args: readonly string[]): void {
  run(`cdk ${args[0]} failed`, [join(INFRA, 'node_modules/aws-cdk/bin/cdk'), ...args, '--app', ASSEMBLY]);
}

/** Runs a Node.js program in the foreground, in infra. */
function run(failure: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: INFRA, stdio: 'inherit' });
  if (status !== 0) throw new Error(`[DEPLOY] stopped: ${failure}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
