/** The collection that searches are measured on: the READMEs of the packages that are installed here, as `npm start` loads them. */

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KnownDocument } from './known-items.js';

const store = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'node_modules', '.pnpm');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
}

/** One README per installed package and version. */
export async function readmes(): Promise<readonly KnownDocument[]> {
  const documents = new Map<string, KnownDocument>();
  for (const entry of await readdir(store)) {
    const [, scope = '', name = ''] = /^(?:(@[^+]+)\+)?([^@]+)@/.exec(entry) ?? [];
    const folder = join(store, entry, 'node_modules', scope, name);
    const readme = (await readdir(folder).catch(() => [])).find((file) => /^readme(?:\.md|\.markdown)?$/i.test(file));
    if (readme === undefined) continue;
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    const id = `${manifest.name}@${manifest.version}`;
    const text = await readFile(join(folder, readme), 'utf8');
    if (text.trim() !== '' && text.length < 1_000_000) {
      documents.set(id, { id, title: `${manifest.name} ${manifest.version}`, text, description: manifest.description ?? '' });
    }
  }
  return [...documents.values()];
}
