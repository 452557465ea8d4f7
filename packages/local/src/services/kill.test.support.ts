/** Runs a part of the stage in a process of its own, which a test kills. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onCleanup, operatorKeys } from './fixture.test.support.js';

export interface KillableChild<TMessage> {
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  readonly exited: Promise<unknown>;
  /** What it said when it was ready. */
  readonly message: TMessage;
}

/** Starts a TypeScript file with the data folder and the operator's keys as arguments; it is killed after the test at the latest. */
export async function startChild<TMessage>(entry: URL, dataDir: string): Promise<KillableChild<TMessage>> {
  const child = fork(await bundle(entry), [dataDir, operatorKeys.accessKeyId, operatorKeys.secretAccessKey], { execArgv: [] });
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [message] = (await once(child, 'message')) as [TMessage];
  return { child, exited, message };
}

/** Bundles next to this package's dependencies, since Node cannot run TypeScript by itself. */
async function bundle(entry: URL): Promise<string> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'kill-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'child.mjs');
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' } as const;
  await build({ entryPoints: [fileURLToPath(entry)], outfile, ...options });
  return outfile;
}
