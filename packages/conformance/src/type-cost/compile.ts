/**
 * Runs TypeScript on generated projects and reads its count of type instantiations. The count depends on the program and the compiler
 * alone, so it can be a budget where seconds cannot; several checkers would repeat work, hence `--singleThreaded`.
 */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { USER_COMPILER_OPTIONS, unpackInto } from '@org/release';
import type { SourceFile } from './contract-source.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const TSC = here('../../../../node_modules/typescript/bin/tsc');

/** What a run of the compiler said. */
export interface Compilation {
  /** Its errors, one a line; empty when it found none. */
  readonly errors: string;
  readonly instantiations: number;
}

/** Packages as a program finds them that has installed ours: the packed declarations, zod and tRPC. */
export interface Installation {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Packs our packages and lays them out; one is enough for all workbenches. */
export async function install(): Promise<Installation> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'type-cost-packages-')));
  await unpackInto(folder, ['core', 'contract', 'client']);
  for (const name of ['zod', '@trpc']) await symlink(here(`../../node_modules/${name}`), join(folder, 'node_modules', name));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** A folder of generated sources, in a project that has installed our packages. */
export interface Workbench {
  readonly folder: string;
  /** Compiles sources to declarations in a folder of their own. */
  emit(folder: string, files: readonly SourceFile[]): Promise<Compilation>;
  /** Puts files into a folder. */
  write(folder: string, files: readonly SourceFile[]): Promise<void>;
  /** Checks one program and emits nothing. */
  check(file: SourceFile): Promise<Compilation>;
  remove(): Promise<void>;
}

/** A new, empty workbench. */
export async function openWorkbench(installation: Installation): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'type-cost-'));
  await symlink(join(installation.folder, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  const write = async (name: string, files: readonly SourceFile[]): Promise<void> => {
    await mkdir(join(folder, name));
    await Promise.all(files.map((file) => writeFile(join(folder, name, file.name), file.text)));
  };
  return {
    folder,
    write,
    emit: async (name, files) => {
      await write(`${name}-src`, files);
      const emitting = { declaration: true, emitDeclarationOnly: true, rootDir: `${name}-src`, outDir: name };
      return compile(folder, `tsconfig.${name}.json`, [`${name}-src`], emitting);
    },
    check: async (file) => {
      await writeFile(join(folder, file.name), file.text);
      return compile(folder, `tsconfig.${file.name}.json`, [file.name], { noEmit: true });
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

async function compile(folder: string, project: string, include: readonly string[], more: object): Promise<Compilation> {
  const compilerOptions = { ...USER_COMPILER_OPTIONS, skipLibCheck: true, ...more };
  await writeFile(join(folder, project), JSON.stringify({ compilerOptions, include }));
  const output = await run(['-p', join(folder, project), '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false']);
  const count = /^Instantiations:\s+(\d+)/m.exec(output)?.[1];
  if (count === undefined) throw new Error(`tsc gave no count of instantiations: got ${output.slice(0, 2_000)}`);
  return { errors: (output.match(/^.*error TS\d+:.*$/gm) ?? []).join('\n'), instantiations: Number(count) };
}

/** tsc ends with 1 or 2 when it has found errors; those are its answer here, not a failure. */
function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [TSC, ...args], { maxBuffer: 64 * 1_024 * 1_024 }, (failure, stdout, stderr) => {
      if (failure && typeof failure.code !== 'number') reject(failure);
      else resolve(stdout + stderr);
    });
  });
}
