/**
 * Bundles of an earlier synthesis that are still good, so that an edit bundles the functions that contain the edited file and no others. A
 * bundle is good while these are what they were: its own sources (by content), the `package.json` and `tsconfig.json` above them, which say
 * what an import finds, the lockfiles, which stand for all packages, and esbuild's options.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildOptions, type Metafile, version } from 'esbuild';
import { REPOSITORY } from './repository.js';

/** A metafile as it lies beside a bundle. */
interface KeptMetafile extends Metafile {
  /** Of everything that the bundle was made from. */
  readonly key: string;
}

/** A bundle as it was just made. */
export interface MadeBundle {
  readonly options: BuildOptions;
  readonly metafile: Metafile;
  /** Before esbuild read anything. */
  readonly startedMs: number;
}

/** What is wanted, what is installed, and what the packages' own `tsconfig.json` have in common. */
const SHARED = ['pnpm-lock.yaml', 'node_modules/.pnpm/lock.yaml', 'tsconfig.base.json'];

/** What all functions of a synthesis have in common: each file is read once. */
export class KeptBundles {
  readonly #contents = new Map<string, Promise<string>>();

  /** The metafile of the bundle that these options make, if it lies there already. */
  async find(path: string, options: BuildOptions): Promise<Metafile | undefined> {
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as KeptMetafile;
      const isWhole = Object.keys(kept.outputs).every((output) => existsSync(join(REPOSITORY, output)));
      return isWhole && kept.key === (await this.#keyOf(kept, options)) ? kept : undefined;
    } catch {
      // Not there, or of another form.
      return undefined;
    }
  }

  /** Forgets a bundle before it is made anew: a synthesis that ends in between leaves files that are neither the old ones nor the new. */
  async forget(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  /** Keeps the metafile of a bundle; not if a source was saved while it was made: nobody knows which content it has. */
  async keep(path: string, { options, metafile, startedMs }: MadeBundle): Promise<void> {
    const saved = await Promise.all(ownInputs(metafile).map(async (file) => (await stat(join(REPOSITORY, file))).mtimeMs));
    if (saved.some((savedMs) => Math.floor(savedMs) > startedMs)) return;
    const kept: KeptMetafile = { ...metafile, key: await this.#keyOf(metafile, options) };
    await writeFile(path, JSON.stringify(kept));
  }

  async #keyOf(metafile: Metafile, options: BuildOptions): Promise<string> {
    const own = ownInputs(metafile);
    const hash = createHash('sha256').update(JSON.stringify([version, options, own]));
    for (const file of [...SHARED, ...settingsAbove(own), ...own]) hash.update(await this.#contentOf(file));
    return hash.digest('hex');
  }

  /** Its hash; of a file that is not there, a word. */
  #contentOf(file: string): Promise<string> {
    const known = this.#contents.get(file);
    if (known !== undefined) return known;
    const content = readFile(join(REPOSITORY, file)).then(
      (bytes) => createHash('sha256').update(bytes).digest('hex'),
      () => 'absent',
    );
    this.#contents.set(file, content);
    return content;
  }
}

function ownInputs({ inputs }: Metafile): readonly string[] {
  return Object.keys(inputs).filter((input) => !input.includes('node_modules/'));
}

/** Where esbuild looks for settings of these files: in every folder above them. */
function settingsAbove(files: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = dirname(file); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].flatMap((folder) => [join(folder, 'package.json'), join(folder, 'tsconfig.json')]);
}
