/**
 * An OpenSearch domain: its indexes and their aliases. With a folder every index has a folder of its own below it, with a description
 * (`index.json`) and a log of documents; an index is read when it is first used.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Environment } from '../../parts.js';
import { openDocumentLog } from '../text-index/document-log.js';
import { illegalArgument, indexNotFound, OpenSearchError } from './errors.js';
import { checkIndexName, chooseNames } from './index-names.js';
import { type IndexSettings, readSettings } from './index-settings.js';
import type { JsonObject } from './json.js';
import { SearchIndex } from './search-index.js';

/** An alias of an index; `isWriteIndex` when it was said which of several indexes takes writes. */
export interface Alias {
  readonly isWriteIndex?: boolean;
}

interface IndexEntry {
  readonly description: StoredIndex;
  /** Opened on first use. */
  index: Promise<SearchIndex> | undefined;
}

/** What `index.json` says. */
interface StoredIndex {
  readonly name: string;
  readonly uuid: string;
  readonly createdAtMs: number;
  settings: IndexSettings;
  mappings: JsonObject;
  aliases: Readonly<Record<string, Alias>>;
}

export interface DomainOptions {
  readonly name: string;
  /** `2.19`, from the template's `EngineVersion`. */
  readonly version: string;
  /** Account and region that it is in. */
  readonly environment: Environment;
  readonly clock: Clock;
  /** Absent: in memory. */
  readonly folder: string | undefined;
}

export class Domain {
  readonly name: string;
  readonly version: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly #folder: string | undefined;
  readonly #entries = new Map<string, IndexEntry>();

  private constructor({ name, version, environment, clock, folder }: DomainOptions) {
    this.name = name;
    this.environment = environment;
    this.version = version;
    this.clock = clock;
    this.#folder = folder;
  }

  /** Opens a domain with the indexes of its folder. */
  static async open(options: DomainOptions): Promise<Domain> {
    const domain = new Domain(options);
    if (options.folder === undefined) return domain;
    await mkdir(options.folder, { recursive: true });
    for (const uuid of await readdir(options.folder)) {
      const text = await readFile(join(options.folder, uuid, 'index.json'), 'utf8').catch(() => undefined);
      // A folder without a description was left by a creation or deletion that did not end.
      if (text === undefined) await rm(join(options.folder, uuid), { recursive: true, force: true });
      else {
        const description = JSON.parse(text) as StoredIndex;
        domain.#entries.set(description.name, { description, index: undefined });
      }
    }
    return domain;
  }

  /** In alphabetical order. */
  get indexNames(): string[] {
    return [...this.#entries.keys()].sort();
  }

  hasIndex(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws OpenSearchError for a name, settings or mappings that are not allowed, `resource_already_exists_exception` */
  async create(
    name: string,
    given: { settings?: unknown; mappings?: JsonObject; aliases?: Readonly<Record<string, Alias>> },
  ): Promise<SearchIndex> {
    checkIndexName(name);
    const present = this.#entries.get(name);
    if (present !== undefined) {
      const { uuid } = present.description;
      throw new OpenSearchError('resource_already_exists_exception', `index [${name}/${uuid}] already exists`, {
        index: name,
        index_uuid: uuid,
      });
    }
    if (this.#isAlias(name))
      throw new OpenSearchError('invalid_index_name_exception', `Invalid index name [${name}], already exists as alias`, { index: name });
    for (const alias of Object.keys(given.aliases ?? {})) this.#checkAliasName(alias);
    const description: StoredIndex = {
      name,
      uuid: randomBytes(16).toString('base64url'),
      createdAtMs: this.clock.now(),
      settings: readSettings(given.settings),
      mappings: given.mappings ?? {},
      aliases: given.aliases ?? {},
    };
    // Checks the mappings before anything is kept.
    const index = this.#indexOf(description);
    description.mappings = index.mapping.toJson();
    const entry: IndexEntry = { description, index: undefined };
    entry.index = this.#attach(index, description);
    this.#entries.set(name, entry);
    await this.#save(description);
    return entry.index;
  }

  /** @throws OpenSearchError `index_not_found_exception` */
  async delete(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw indexNotFound(name);
    this.#entries.delete(name);
    await (await entry.index)?.close();
    if (this.#folder === undefined) return;
    const folder = join(this.#folder, entry.description.uuid);
    // The description first: without it the rest is garbage.
    await rm(join(folder, 'index.json'), { force: true });
    await rm(folder, { recursive: true, force: true });
  }

  /** The indexes that an expression of names, aliases and patterns chooses. @throws OpenSearchError `index_not_found_exception` */
  resolve(expression: string, options: { readonly ignoreUnavailable?: boolean } = {}): Promise<SearchIndex[]> {
    return Promise.all(this.resolveNames(expression, options).map((name) => this.open(name)));
  }

  /** Their names only. */
  resolveNames(expression: string, { ignoreUnavailable = false } = {}): string[] {
    const known = [...this.indexNames, ...this.#aliasNames()];
    const names = chooseNames(expression, known).flatMap((name) => {
      if (this.hasIndex(name)) return [name];
      const behind = this.indexesOfAlias(name);
      if (behind.length === 0 && !ignoreUnavailable) throw indexNotFound(name);
      return behind;
    });
    return [...new Set(names)];
  }

  /** The index that takes the writes of a name; undefined when it has to be made. */
  async writeIndex(name: string): Promise<SearchIndex | undefined> {
    if (this.hasIndex(name)) return this.open(name);
    const behind = this.indexesOfAlias(name);
    if (behind.length === 0) return undefined;
    const chosen = behind.filter((index) => this.aliasesOf(index)[name]?.isWriteIndex === true);
    const [target] = behind.length === 1 ? behind : chosen;
    if (target !== undefined) return this.open(target);
    throw illegalArgument(
      `no write index is defined for alias [${name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index`,
    );
  }

  /** @throws OpenSearchError `index_not_found_exception` */
  open(name: string): Promise<SearchIndex> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw indexNotFound(name);
    entry.index ??= this.#attach(this.#indexOf(entry.description), entry.description);
    return entry.index;
  }

  aliasesOf(name: string): Readonly<Record<string, Alias>> {
    return this.#entries.get(name)?.description.aliases ?? {};
  }

  indexesOfAlias(alias: string): string[] {
    return this.indexNames.filter((name) => Object.hasOwn(this.aliasesOf(name), alias));
  }

  /** Changes aliases of several indexes; all changes or none are seen. */
  async setAliases(changes: ReadonlyMap<string, Readonly<Record<string, Alias>>>): Promise<void> {
    for (const aliases of changes.values()) for (const alias of Object.keys(aliases)) this.#checkAliasName(alias);
    for (const [name, aliases] of changes) this.#entries.get(name)!.description.aliases = aliases;
    for (const name of changes.keys()) await this.#save(this.#entries.get(name)!.description);
  }

  /** Keeps the mapping and settings that an index has come to. */
  async keep(index: SearchIndex): Promise<void> {
    const entry = this.#entries.get(index.name);
    if (entry === undefined) return;
    entry.description.mappings = index.mapping.toJson();
    entry.description.settings = index.settings;
    await this.#save(entry.description);
  }

  async close(): Promise<void> {
    for (const { index } of this.#entries.values()) await (await index)?.close();
  }

  #aliasNames(): string[] {
    return [...new Set(this.indexNames.flatMap((name) => Object.keys(this.aliasesOf(name))))].sort();
  }

  #isAlias(name: string): boolean {
    return this.indexesOfAlias(name).length > 0;
  }

  #checkAliasName(alias: string): void {
    checkIndexName(alias);
    if (this.hasIndex(alias))
      throw new OpenSearchError(
        'invalid_alias_name_exception',
        `Invalid alias name [${alias}]: an index or data stream exists with the same name as the alias`,
      );
  }

  #indexOf(description: StoredIndex): SearchIndex {
    const index: SearchIndex = new SearchIndex({ ...description, clock: this.clock, onMappingChange: () => this.keep(index) });
    return index;
  }

  async #attach(index: SearchIndex, { uuid }: StoredIndex): Promise<SearchIndex> {
    if (this.#folder === undefined) return index;
    let lines = 0;
    const log = await openDocumentLog(join(this.#folder, uuid, 'documents.log'), (line) => {
      index.replay(line);
      lines++;
    });
    index.attach(log, lines);
    return index;
  }

  /** Whole or not at all. Descriptions are saved one after the other, each with what holds when its turn comes. */
  #saving: Promise<void> = Promise.resolve();
  #save(description: StoredIndex): Promise<void> {
    if (this.#folder === undefined) return Promise.resolve();
    const folder = join(this.#folder, description.uuid);
    const done = this.#saving.then(async () => {
      if (this.#entries.get(description.name)?.description !== description) return;
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'index.json.new'), JSON.stringify(description));
      await rename(join(folder, 'index.json.new'), join(folder, 'index.json'));
    });
    this.#saving = done.catch(() => undefined);
    return done;
  }
}
