/** Finds the READMEs of installed packages in pnpm's store. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Text by package name; packages that are not installed, or ship no README, are missing. */
export async function installedReadmes(store: string, names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const entries = (await readdir(store).catch(() => [])).sort();
  const found = new Map<string, string>();
  for (const name of names) {
    const entry = entries.find((candidate) => candidate.startsWith(`${name.replace('/', '+')}@`));
    const text = entry === undefined ? undefined : await readmeIn(join(store, entry, 'node_modules', name));
    if (text !== undefined) found.set(name, text);
  }
  return found;
}

async function readmeIn(directory: string): Promise<string | undefined> {
  const files = await readdir(directory).catch(() => []);
  const readme = files.find((file) => /^readme(?:\.md|\.markdown)?$/i.test(file));
  return readme === undefined ? undefined : readFile(join(directory, readme), 'utf8');
}
