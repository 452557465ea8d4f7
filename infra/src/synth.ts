/**
 * `node dist/synth.js [--stage NAME]... [--out FOLDER] [--validate]`: bundles the functions once and writes the cloud assembly of each stage,
 * in this process. Needs no credentials, region, network, git or package manager. The CDK CLI runs the same file (`cdk.json`).
 *
 * The first stage goes to the folder itself, any other to a folder of its name beside it: `cdk.out`, `cdk.out-everything`.
 */

import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { declarations } from './apps-declarations.js';
import { type Bundle, bundleFunctions } from './bundle.js';
import { checkBundles } from './bundle-check.js';
import { readEnvironment } from './env.js';
import { foreignClients } from './function-clients.js';
import { functionNames } from './function-plan.js';
import { REPOSITORY } from './repository.js';
import { settingsFor } from './settings.js';
import type { StageSettings } from './settings-schema.js';

interface Arguments {
  readonly stages: readonly string[];
  readonly out: string;
  readonly validate: boolean;
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const { stages, out, validate } = readArguments(process.argv.slice(2));
  const all = stages.map((stage) => settingsFor(stage, declarations));
  const names = [...new Set(all.flatMap((settings) => functionNames(declarations, settings)))];
  // Loading CDK takes longer than bundling, which happens in esbuild's own process: side by side, one of them is free.
  const [bundles, app, nag] = await Promise.all([
    bundleFunctions({ names, without: (name) => foreignClients(name, declarations) }),
    import('./app.js'),
    validate ? import('./nag.js') : undefined,
  ]);
  reportProblems(checkBundles(bundles, declarations), validate);
  let sinceMs = startedMs;
  for (const [index, settings] of all.entries()) {
    const outDirectory = index === 0 ? out : `${out}-${settings.stage}`;
    const made = app.createGatewayApp({
      ...{ settings, declarations, outDirectory, validate },
      codeFolder: (name) => bundles.find((bundle) => bundle.name === name)?.folder ?? missing(name),
      ...(nag === undefined ? {} : { addChecks: nag.addNag }),
    });
    const { stacks } = made.app.synth();
    await removeOldAssets(outDirectory);
    console.log(summary({ settings, templates: stacks.map(({ template }) => template as Template), bundles, sinceMs }));
    sinceMs = performance.now();
  }
}

interface Template {
  readonly Resources?: object;
}

function summary(of: {
  readonly settings: StageSettings;
  readonly templates: readonly Template[];
  readonly bundles: readonly Bundle[];
  readonly sinceMs: number;
}): string {
  const resources = of.templates.reduce((sum, { Resources = {} }) => sum + Object.keys(Resources).length, 0);
  const functions = functionNames(declarations, of.settings).length;
  const seconds = ((performance.now() - of.sinceMs) / 1_000).toFixed(1);
  return `synthesized ${of.settings.stage}: ${of.templates.length} stacks, ${resources} resources, ${functions} functions in ${seconds} s`;
}

function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: { stage: { type: 'string', multiple: true }, out: { type: 'string' }, validate: { type: 'boolean', default: false } },
  });
  const environment = readEnvironment();
  return {
    stages: values.stage ?? [environment.stage ?? 'local'],
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
