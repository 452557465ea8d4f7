/**
 * Removes what the compiler emitted for sources that are gone: `tsc -b` leaves it behind, and it would be packed. `dist` mirrors `src`, so an
 * output belongs to the source of its own path.
 */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const OUTPUT = /\.(js|d\.ts)(\.map)?$/;

/** Removes leftovers from a package's `dist`, and returns their paths from there. */
export async function pruneOutputs(directory: string): Promise<readonly string[]> {
  const [sources, outputs] = await Promise.all([filesIn(join(directory, 'src')), filesIn(join(directory, 'dist'))]);
  const names = new Set(sources.map((file) => file.replace(/\.tsx?$/, '')));
  const left = outputs.filter((file) => OUTPUT.test(file) && !names.has(file.replace(OUTPUT, ''))).sort();
  await Promise.all(left.map((file) => rm(join(directory, 'dist', file), { force: true })));
  return left;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.map((entry) => entry.replaceAll('\\', '/'));
}
