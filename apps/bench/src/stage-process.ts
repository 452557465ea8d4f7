/** A stage in a process of its own, so that its work does not count as the client's. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Credentials } from '@org/gateway-local';

const here = dirname(fileURLToPath(import.meta.url));

/** Where `npm run build` leaves the local stage's assembly. */
export const deployed: string = join(here, '..', '..', '..', 'infra', 'cdk.out');

export interface StageProcess {
  /** `''` for an assembly without a REST API. */
  readonly restUrl: string;
  readonly awsUrl: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly operator: Credentials;
  /** Of a user who may do everything, good for a day; absent when nobody can sign in. */
  readonly token?: string;
}

/** Runs with a stage of its own, whose data is in memory. */
export async function withStageProcess(assembly: string, run: (stage: StageProcess) => Promise<void>): Promise<void> {
  const child = fork(join(here, 'stage-child.js'), [assembly], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (typeof first !== 'object' || first === null) {
    throw new Error(`the stage of ${assembly} did not start; is it there? (npm run build)`);
  }
  try {
    await run(first as StageProcess);
  } finally {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}
