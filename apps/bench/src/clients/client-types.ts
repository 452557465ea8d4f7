/**
 * What a client's types cost the compiler: instantiations of a program that makes ten calls of an API of 100 and of 500 procedures, from the
 * declarations that `tsc` emits of the API. The count depends on the program and the compiler alone.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servicesOf, TYPE_CONTESTANTS, type TypeContestant, tenCalls } from './type-sources.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TSC = here('../../../../node_modules/typescript/bin/tsc');
const SIZES = [100, 500];

const OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: [],
};

/** Runs and prints. */
export async function benchClientTypes(): Promise<void> {
  console.log(
    `\nInstantiations of a program with ten calls, by procedures of the API${SIZES.map((size) => String(size).padStart(10)).join('')}`,
  );
  for (const [name, contestant] of Object.entries(TYPE_CONTESTANTS)) {
    const counts: number[] = [];
    for (const size of SIZES) counts.push(await instantiations(contestant, size));
    console.log(`  ${name.padEnd(68)}${counts.map((count) => String(count).padStart(10)).join('')}`);
  }
}

async function instantiations(contestant: TypeContestant, procedures: number): Promise<number> {
  // Inside of this package, where its dependencies are found.
  const folder = await mkdtemp(here('../types-'));
  try {
    const services = servicesOf(procedures);
    await mkdir(join(folder, 'src'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    for (const { name, text } of contestant.api(services)) await writeFile(join(folder, 'src', name), text);
    await compile(folder, 'emit.json', {
      include: ['src'],
      more: { declaration: true, emitDeclarationOnly: true, rootDir: 'src', outDir: 'api' },
    });
    const calls = tenCalls(services).map((call, at) => `export const title${at}: string = ${contestant.call(call)};`);
    await writeFile(join(folder, 'client.ts'), `${contestant.client}\n${calls.join('\n')}\n`);
    return await compile(folder, 'check.json', { include: ['client.ts'], more: { noEmit: true } });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rejects with the compiler's words when there are errors. */
async function compile(
  folder: string,
  project: string,
  { include, more }: { readonly include: readonly string[]; readonly more: object },
): Promise<number> {
  await writeFile(join(folder, project), JSON.stringify({ compilerOptions: { ...OPTIONS, ...more }, include }));
  const args = [TSC, '-p', join(folder, project), '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1_024 * 1_024 }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
  const count = /^Instantiations:\s+(\d+)/m.exec(output)?.[1];
  if (count === undefined || /error TS/.test(output)) throw new Error(`tsc found errors in ${project}: ${output.slice(0, 1_000)}`);
  return Number(count);
}
