/**
 * Packs the published packages as `pnpm publish` would: `workspace:` ranges become versions, `files` decides what is inside. What
 * an earlier build has left in `dist` is removed, and declaration maps are completed. Needs `tsc -b` to have run.
 */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { mapProperties } from './map-properties.js';
import { pruneOutputs } from './prune-outputs.js';
import { type PublishedPackage, publishedPackages, ROOT } from './workspace.js';

const run = promisify(execFile);
/** The pnpm of this repository; a shell finds its `.cmd` on Windows. */
const PNPM = join(ROOT, 'node_modules', '.bin', 'pnpm');

/** A package and its tarball. */
export interface PackedPackage extends PublishedPackage {
  /** The file's path. */
  readonly tarball: string;
}

/** Packs all published packages, or those named by folder, into a folder that exists. */
export async function packAll(destination: string, folders?: readonly string[]): Promise<readonly PackedPackage[]> {
  const packages = (await publishedPackages()).filter(({ folder }) => folders?.includes(folder) ?? true);
  return Promise.all(packages.map(async (each) => ({ ...each, tarball: await pack(each.directory, destination) })));
}

async function pack(directory: string, destination: string): Promise<string> {
  await pruneOutputs(directory);
  await mapProperties(directory);
  const { stdout } = await run(PNPM, ['pack', '--json', '--pack-destination', destination], {
    cwd: directory,
    shell: process.platform === 'win32',
    maxBuffer: 16 * 1_024 * 1_024,
  });
  return (JSON.parse(stdout) as { readonly filename: string }).filename;
}

/** What is in a tarball, for reading. */
export async function openTarball(tarball: string): Promise<Package> {
  return createPackageFromTarballData(await readFile(tarball));
}
