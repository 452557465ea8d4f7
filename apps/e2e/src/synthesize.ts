/** Writes the cloud assembly of a stage of `infra/src/stages.ts`, with the bundles that `npm run build` made. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './own-stage.js';

/** A synthesized stage. */
export interface Synthesized {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Synthesizes several stages in one process: bundling and loading CDK take longer than any of them. */
export async function synthesize(...stages: readonly string[]): Promise<Readonly<Record<string, Synthesized>>> {
  const parent = await mkdtemp(join(tmpdir(), 'gateway-shapes-'));
  const out = join(parent, 'cdk');
  const args = [...stages.flatMap((stage) => ['--stage', stage]), '--out', out];
  await promisify(execFile)(process.execPath, [join(ROOT, 'infra', 'dist', 'synth.js'), ...args]);
  const remove = () => rm(parent, { recursive: true, force: true });
  return Object.fromEntries(stages.map((stage, index) => [stage, { folder: index === 0 ? out : `${out}-${stage}`, remove }]));
}
