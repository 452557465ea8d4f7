/**
 * Puts packed packages where an installation would: into `node_modules` of a folder, as they are in their tarballs. What they depend on has to
 * be put there by the caller. Quicker than an installation, for tests that look at files only.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openTarball, packAll } from './pack.js';

/** Packs packages, named by their folder, and unpacks them into `folder/node_modules`. */
export async function unpackInto(folder: string, packages: readonly string[]): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'gateway-unpack-'));
  try {
    for (const { tarball } of await packAll(scratch, packages)) await unpack(tarball, folder);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function unpack(tarball: string, folder: string): Promise<void> {
  const contents = await openTarball(tarball);
  await Promise.all(
    contents.listFiles().map(async (file) => {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), contents.readFile(file));
    }),
  );
}
