/**
 * A copy of a cloud assembly with other templates: for what a stage does when a deployment is not as it should be. Bundles are linked, and
 * paths that lead out of the folder go on to lead where they did.
 */

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copied assembly. */
export interface AssemblyCopy {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Copies an assembly; `change` gets the text of each template, as JSON without spaces. */
export async function copyAssembly(source: string, change: (template: string) => string): Promise<AssemblyCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-assembly-'));
  for (const name of await readdir(source)) {
    if (name.endsWith('.template.json')) await writeFile(join(folder, name), await changed(source, name, change));
    else await symlink(join(source, name), join(folder, name));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function changed(source: string, name: string, change: (template: string) => string): Promise<string> {
  const template: unknown = JSON.parse(await readFile(join(source, name), 'utf8'));
  const outward = (_key: string, value: unknown) => (typeof value === 'string' && value.startsWith('../') ? resolve(source, value) : value);
  return change(JSON.stringify(template, outward));
}
