/**
 * `node dist/synth.js [--stage NAME] [--out FOLDER] [--validate]`: bundles the functions and writes the cloud assembly, in this process.
 * Needs no credentials, region, network, git or package manager. The CDK CLI runs the same file (`cdk.json`).
 */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { services } from '@org/api/services';
import { bundleFunctions, REPOSITORY } from './bundle.js';
import { checkBundles } from './bundle-check.js';
import { readEnvironment } from './env.js';
import { functionNames } from './function-plan.js';
import { settingsFor } from './settings.js';

interface Arguments {
  readonly stage: string;
  readonly out: string;
  readonly validate: boolean;
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const { stage, out, validate } = readArguments(process.argv.slice(2));
  const settings = settingsFor(stage);
  const bundling = bundleFunctions({ names: functionNames(services, settings) });
  // Loading CDK takes longer than bundling, which happens in esbuild's own process: side by side, one of them is free.
  const [bundles, { createGatewayApp }] = await Promise.all([bundling, import('./app.js')]);
  reportProblems(checkBundles(bundles, services), validate);
  const folders = new Map(bundles.map(({ name, folder }) => [name, folder]));
  const codeFolder = (name: string): string => folders.get(name) ?? missing(name);
  const { app } = createGatewayApp({ settings, services, codeFolder, outDirectory: out, validate });
  const { stacks, directory } = app.synth();
  await removeOldAssets(directory);
  const resources = stacks.reduce((sum, { template }) => sum + Object.keys(template.Resources as object).length, 0);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`synthesized ${stage}: ${stacks.length} stacks, ${resources} resources, ${bundles.length} functions in ${seconds} s`);
}

function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: { stage: { type: 'string' }, out: { type: 'string' }, validate: { type: 'boolean', default: false } },
  });
  const environment = readEnvironment();
  return {
    stage: values.stage ?? environment.stage ?? 'local',
    out: resolve(values.out ?? environment.outDirectory ?? join(REPOSITORY, 'infra/cdk.out')),
    validate: values.validate,
  };
}

/** A bundle that breaks a rule is told of while developing, and is not deployed. */
function reportProblems(problems: readonly string[], fail: boolean): void {
  if (problems.length === 0) return;
  const text = `[BUNDLE] ${problems.join('\n[BUNDLE] ')}`;
  if (fail) throw new Error(text);
  console.warn(text);
}

function missing(name: string): never {
  throw new Error(`[BUNDLE] no bundle for function "${name}"; every function in the stack must be named in function-plan.ts`);
}

/** Bundles of earlier syntheses, which no template refers to any more. */
async function removeOldAssets(directory: string): Promise<void> {
  const files = await readdir(directory);
  const manifests = files.filter((file) => file.endsWith('.assets.json'));
  const used = (await Promise.all(manifests.map((file) => readFile(join(directory, file), 'utf8')))).join('\n');
  const old = files.filter((file) => file.startsWith('asset.') && !used.includes(file));
  await Promise.all(old.map((file) => rm(join(directory, file), { recursive: true })));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
