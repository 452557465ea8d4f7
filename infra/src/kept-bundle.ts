/**
 * Bundles of an earlier synthesis that are still good, so that an edit bundles the functions that contain the edited file and no others. A
 * bundle is good while its own sources (by content), the lockfile, which stands for all packages, and esbuild's options are what they were.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, type Metafile, version } from 'esbuild';
import { REPOSITORY } from './repository.js';

/** A metafile as it lies beside a bundle. */
interface KeptMetafile extends Metafile {
  /** Of everything that the bundle was made from. */
  readonly key: string;
}

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
      // Not there, of another form, or a source of it is gone.
      return undefined;
    }
  }

  /** Keeps the metafile of a bundle that was made with these options. */
  async keep(path: string, options: BuildOptions, metafile: Metafile): Promise<void> {
    const kept: KeptMetafile = { ...metafile, key: await this.#keyOf(metafile, options) };
    await writeFile(path, JSON.stringify(kept));
  }

  async #keyOf({ inputs }: Metafile, options: BuildOptions): Promise<string> {
    const own = Object.keys(inputs).filter((input) => !input.includes('node_modules/'));
    const hash = createHash('sha256').update(JSON.stringify([version, options, own]));
    for (const file of ['pnpm-lock.yaml', 'tsconfig.base.json', ...own]) hash.update(await this.#contentOf(file));
    return hash.digest('hex');
  }

  /** Its hash. */
  #contentOf(file: string): Promise<string> {
    const known = this.#contents.get(file);
    if (known !== undefined) return known;
    const content = readFile(join(REPOSITORY, file)).then((bytes) => createHash('sha256').update(bytes).digest('hex'));
    this.#contents.set(file, content);
    return content;
  }
}
