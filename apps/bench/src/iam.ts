/**
 * IAM by itself, on the policies of the synthesized local stage: each right that a role has is asked for once (cold: every policy of the role
 * is matched) and then again (cached). Wall time of single calls in microseconds, and CPU of a whole pass by its calls, which a busy machine
 * does not add to.
 */

import { type AuthorizationRequest, createEvaluator, type Evaluator, readStacks, systemClock } from '@org/gateway-local';
import { quantile } from './paired.js';
import { deployed } from './stage-process.js';

const ROUNDS = 20;

/** Runs and prints. */
export async function benchIam(): Promise<void> {
  const { stacks, environment } = await readStacks(deployed);
  const create = (): Evaluator => createEvaluator({ stacks, environment, clock: systemClock });
  const requests = requestsOf(create());
  const startedMs = performance.now();
  const first = askAll(create(), requests);
  const createdMs = performance.now() - startedMs;
  const [cold, cached]: [Pass[], Pass[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const evaluator = create();
    cold.push(askAll(evaluator, requests));
    cached.push(askAll(evaluator, requests));
  }
  const roles = create().roles.all();
  const statements = roles.flatMap(({ identity }) => identity).flatMap((policy) => policy.statements).length;
  const allowed = requests.filter((request) => create().authorize(request).allowed).length;
  console.log(
    `\nIAM decisions on infra/cdk.out: ${roles.length} roles, ${statements} statements, ${requests.length} rights (${allowed} allowed without a condition's key);` +
      ` policies read and all asked once in ${createdMs.toFixed(0)} ms`,
  );
  print('cold, first in the process', [first]);
  print('cold', cold);
  print('cached', cached);
}

/** Every request once. */
interface Pass {
  readonly wallMicros: readonly number[];
  readonly cpuMicrosEach: number;
}

/** A request for every right, by a function that has it; a wildcard stands for some text. */
function requestsOf(evaluator: Evaluator): readonly AuthorizationRequest[] {
  const roles = new Map(evaluator.roles.all().map((role) => [role.logicalId, role]));
  const rights = evaluator.unusedGrants();
  return rights.flatMap(({ role: roleId, functions, action, resource }) => {
    const role = roles.get(roleId);
    if (role === undefined) return [];
    const arn = `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${functions[0] ?? 'session'}`;
    return [{ principal: { arn, roleId }, action, resource: resource.replaceAll('*', 'some-key'), context: {} }];
  });
}

function askAll({ authorize }: Evaluator, requests: readonly AuthorizationRequest[]): Pass {
  const before = process.cpuUsage();
  const wallMicros = requests.map((request) => {
    const startedMs = performance.now();
    authorize(request);
    return (performance.now() - startedMs) * 1_000;
  });
  const { user, system } = process.cpuUsage(before);
  return { wallMicros, cpuMicrosEach: (user + system) / requests.length };
}

function print(name: string, passes: readonly Pass[]): void {
  const wall = passes.flatMap(({ wallMicros }) => wallMicros).sort((a, b) => a - b);
  const cpu = passes.map(({ cpuMicrosEach }) => cpuMicrosEach).sort((a, b) => a - b);
  const [median, p90, cpuMedian] = [quantile(wall, 0.5), quantile(wall, 0.9), quantile(cpu, 0.5)].map((value) => value.toFixed(1));
  console.log(`  ${name.padEnd(28)} ${String(median).padStart(9)} µs median   ${p90} µs at 90 %   ${cpuMedian} µs CPU each`);
}
