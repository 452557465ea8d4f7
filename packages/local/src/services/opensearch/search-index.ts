/**
 * One index: its documents by id as they were written last, and the state that searches see, which follows at the next refresh. Writes change
 * memory at once, in order, and are acknowledged when their line is in the log.
 */
import type { Clock } from '../../parts.js';
import { type DocumentLog, noLog } from '../text-index/document-log.js';
import { FieldStore } from './field-store.js';
import type { LeafField } from './field-types.js';
import { deletedVersionsMs, type IndexSettings, refreshIntervalMs } from './index-settings.js';
import type { JsonObject } from './json.js';
import { Mapping } from './mapping.js';
import { type DocumentValues, readDocument } from './read-document.js';
import { checkVersion, type VersionRule } from './versions.js';

/** A document as written last. */
export interface IndexedDocument {
  readonly version: number;
  readonly sequenceNumber: number;
  /** JSON text; undefined when deleted. */
  readonly source: string | undefined;
  /** Its number in the field store; undefined when deleted. */
  readonly number: number | undefined;
  readonly writtenAtMs: number;
}

/** A document to write: as text without line breaks, and as what it says. */
export interface DocumentSource {
  readonly text: string;
  readonly value: JsonObject;
}

/** What became of a write. */
export interface WriteResult {
  readonly result: 'created' | 'updated' | 'deleted' | 'not_found' | 'noop';
  readonly version: number;
  readonly sequenceNumber: number;
}

/** What an index is, besides its documents. */
export interface IndexDescription {
  readonly name: string;
  readonly uuid: string;
  readonly createdAtMs: number;
}

export interface SearchIndexOptions extends IndexDescription {
  readonly clock: Clock;
  readonly settings: IndexSettings;
  readonly mappings: JsonObject;
  /** Called when a document brought new fields. */
  readonly onMappingChange: () => Promise<void>;
}

export class SearchIndex implements IndexDescription {
  readonly name: string;
  readonly uuid: string;
  readonly createdAtMs: number;
  readonly mapping = new Mapping();
  readonly fields = new FieldStore();
  settings: IndexSettings;
  readonly #clock: Clock;
  readonly #onMappingChange: () => Promise<void>;
  #log: DocumentLog = noLog;
  #latest = new Map<string, IndexedDocument>();
  #nextSequenceNumber = 0;
  #deletedCount = 0;
  #logLines = 0;
  /** Numbers to show and to hide at the next refresh. */
  #added = new Set<number>();
  #removed = new Set<number>();
  #cancelRefresh: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: SearchIndexOptions) {
    this.name = options.name;
    this.uuid = options.uuid;
    this.createdAtMs = options.createdAtMs;
    this.settings = options.settings;
    this.#clock = options.clock;
    this.#onMappingChange = options.onMappingChange;
    this.mapping.merge(options.mappings);
  }

  /** Documents that are there, whether searches see them or not. */
  get documentCount(): number {
    return this.#latest.size - this.#deletedCount;
  }

  /** The document as written last; undefined when it is not there. */
  get(id: string): (IndexedDocument & { readonly source: string }) | undefined {
    const document = this.#latest.get(id);
    return document?.source === undefined ? undefined : { ...document, source: document.source };
  }

  /** The last write of an id, as far as it is remembered: a deletion for a minute. */
  lastWrite(id: string): IndexedDocument | undefined {
    const document = this.#latest.get(id);
    if (document === undefined || document.source !== undefined) return document;
    if (this.#clock.now() - document.writtenAtMs <= deletedVersionsMs(this.settings)) return document;
    this.#forget(id);
    return undefined;
  }

  /**
   * Writes a document. Memory changes before this returns, the promise resolves when the write is kept.
   *
   * @throws OpenSearchError for a document that does not fit the mapping, `version_conflict_engine_exception`
   */
  put(id: string, source: DocumentSource, rule: VersionRule): { readonly result: WriteResult; readonly kept: Promise<void> } {
    const before = this.lastWrite(id);
    const version = checkVersion(this, id, before, rule);
    const { revision } = this.mapping;
    const values = this.mapping.attempt(() => readDocument(source.value, id, this.mapping));
    const mappingKept = revision === this.mapping.revision ? undefined : this.#onMappingChange();
    const sequenceNumber = this.#nextSequenceNumber++;
    this.#store(id, { source: source.text, version, sequenceNumber, values });
    const kept = this.#keep([putLine({ id, version, sequenceNumber, source: source.text })]);
    return {
      result: { result: before?.source === undefined ? 'created' : 'updated', version, sequenceNumber },
      kept: mappingKept === undefined ? kept : Promise.all([mappingKept, kept]).then(() => undefined),
    };
  }

  /** Deletes a document, or remembers the version of one that is not there. */
  delete(id: string, rule: VersionRule): { readonly result: WriteResult; readonly kept: Promise<void> } {
    const before = this.lastWrite(id);
    const version = checkVersion(this, id, before, rule);
    const sequenceNumber = this.#nextSequenceNumber++;
    const writtenAtMs = this.#clock.now();
    this.#drop(id, { version, sequenceNumber, writtenAtMs });
    const kept = this.#keep([deleteLine({ id, version, sequenceNumber, writtenAtMs })]);
    return { result: { result: before?.source === undefined ? 'not_found' : 'deleted', version, sequenceNumber }, kept };
  }

  /** Shows searches everything that was written. */
  refresh(): void {
    this.#cancelRefresh?.();
    this.#cancelRefresh = undefined;
    for (const number of this.#removed) this.fields.hide(number);
    for (const number of this.#added) this.fields.reveal(number);
    this.#removed.clear();
    this.#added.clear();
    if (this.fields.isMostlyGarbage) this.#renumber();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves at the next refresh, at once when nothing waits for one. */
  refreshed(): Promise<void> {
    if (this.#added.size === 0 && this.#removed.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Keeps writes from now on; `lines` is how many the log has. */
  attach(log: DocumentLog, lines: number): void {
    this.#log = log;
    this.#logLines = lines;
    this.refresh();
  }

  /** Takes a line of the log of an earlier process. */
  replay(line: string): void {
    const { id, version, sequenceNumber, source, writtenAtMs } = readLine(line);
    this.#nextSequenceNumber = Math.max(this.#nextSequenceNumber, sequenceNumber + 1);
    if (source === undefined) {
      this.#drop(id, { version, sequenceNumber, writtenAtMs });
      return;
    }
    const values = readDocument(JSON.parse(source) as JsonObject, id, this.mapping);
    this.#store(id, { source, version, sequenceNumber, values });
  }

  async close(): Promise<void> {
    this.#cancelRefresh?.();
    for (const resolve of this.#waiting.splice(0)) resolve();
    await this.#log.close();
  }

  #store(id: string, write: { source: string; version: number; sequenceNumber: number; values: DocumentValues }): void {
    const { source, version, sequenceNumber, values } = write;
    this.#removeNumber(id);
    const leafOf = (path: string): LeafField => this.mapping.leaf(path)!;
    const number = this.fields.add({ id, version, sequenceNumber, source }, values, leafOf);
    this.#latest.set(id, { version, sequenceNumber, source, number, writtenAtMs: this.#clock.now() });
    this.#added.add(number);
    this.#scheduleRefresh();
  }

  #drop(id: string, write: { version: number; sequenceNumber: number; writtenAtMs: number }): void {
    this.#removeNumber(id);
    this.#latest.set(id, { ...write, source: undefined, number: undefined });
    this.#deletedCount++;
    this.#scheduleRefresh();
  }

  /** A document that no search has seen is hidden at once, another at the refresh. */
  #removeNumber(id: string): void {
    const before = this.#latest.get(id);
    if (before !== undefined && before.source === undefined) this.#deletedCount--;
    if (before?.number === undefined) return;
    if (this.#added.delete(before.number)) this.fields.hide(before.number);
    else this.#removed.add(before.number);
  }

  #forget(id: string): void {
    if (this.#latest.delete(id)) this.#deletedCount--;
  }

  #scheduleRefresh(): void {
    const intervalMs = refreshIntervalMs(this.settings);
    if (this.#cancelRefresh !== undefined || intervalMs === undefined) return;
    this.#cancelRefresh = this.#clock.after(intervalMs, () => this.refresh());
  }

  #renumber(): void {
    const renumbered = this.fields.compact();
    for (const [id, document] of this.#latest) {
      if (document.number !== undefined) this.#latest.set(id, { ...document, number: renumbered(document.number) });
    }
  }

  /** Writes lines; when most of the log is outdated, the log is written anew. */
  #keep(lines: readonly string[]): Promise<void> {
    this.#logLines += lines.length;
    if (this.#logLines < 1000 || this.#logLines < this.#latest.size * 2) return this.#log.append(lines);
    for (const [id, document] of this.#latest) if (document.source === undefined) this.lastWrite(id);
    this.#logLines = this.#latest.size;
    return this.#log.rewrite([...this.#latest].map(([id, document]) => lineOf(id, document)));
  }
}

interface LoggedWrite {
  readonly id: string;
  readonly version: number;
  readonly sequenceNumber: number;
}

function lineOf(id: string, { source, ...write }: IndexedDocument): string {
  return source === undefined ? deleteLine({ id, ...write }) : putLine({ id, ...write, source });
}

/** `[id, version, sequence number]`, a tab, and the document. JSON has no tabs and line breaks but those between its parts. */
function putLine({ id, version, sequenceNumber, source }: LoggedWrite & { source: string }): string {
  return `${JSON.stringify([id, version, sequenceNumber])}\t${source}`;
}

function deleteLine({ id, version, sequenceNumber, writtenAtMs }: LoggedWrite & { writtenAtMs: number }): string {
  return JSON.stringify([id, version, sequenceNumber, writtenAtMs]);
}

function readLine(line: string): LoggedWrite & { source: string | undefined; writtenAtMs: number } {
  const tab = line.indexOf('\t');
  const head = tab < 0 ? line : line.slice(0, tab);
  const [id, version, sequenceNumber, writtenAtMs = 0] = JSON.parse(head) as [string, number, number, number?];
  return { id, version, sequenceNumber, writtenAtMs, source: tab < 0 ? undefined : line.slice(tab + 1) };
}
