/** Documents to answer questions from, kept over restarts: a log of what was put and removed, and an index of passages that is filled from it. */
import { type DocumentLog, noLog, openDocumentLog } from './document-log.js';
import { PassageIndex, type PassageSource, type RankedPassage } from './passage-index.js';

/** A log of fewer lines is not rewritten. */
const MIN_LINES = 1_000;

export class DocumentStore<TDocument extends PassageSource> {
  readonly #documents = new Map<string, TDocument>();
  readonly #index = new PassageIndex<TDocument>();
  #log: DocumentLog = noLog;
  #lines = 0;

  /** @param path of the log; absent: in memory */
  static async open<TDocument extends PassageSource>(path: string | undefined): Promise<DocumentStore<TDocument>> {
    const store = new DocumentStore<TDocument>();
    if (path === undefined) return store;
    store.#log = await openDocumentLog(path, (line) => store.#apply(JSON.parse(line) as LogEntry<TDocument>));
    return store;
  }

  get size(): number {
    return this.#documents.size;
  }

  /** Bytes of all texts. */
  get textBytes(): number {
    return [...this.#documents.values()].reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  }

  get(id: string): TDocument | undefined {
    return this.#documents.get(id);
  }

  /** In the order of their ids. */
  all(): TDocument[] {
    return [...this.#documents.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Resolves when all are kept; they are found before. */
  put(documents: readonly TDocument[]): Promise<void> {
    return this.#write(documents.map((put) => ({ put })));
  }

  /** Ids that are not there are passed over. */
  remove(ids: readonly string[]): Promise<void> {
    return this.#write(ids.filter((id) => this.#documents.has(id)).map((remove) => ({ remove })));
  }

  /** See `PassageIndex.rank`. */
  rank(question: string, accepts?: (document: TDocument) => boolean): RankedPassage<TDocument>[] {
    return this.#index.rank(question, accepts);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #write(entries: readonly LogEntry<TDocument>[]): Promise<void> {
    for (const entry of entries) this.#apply(entry);
    if (this.#lines < MIN_LINES || this.#lines < this.#documents.size * 2)
      return this.#log.append(entries.map((entry) => JSON.stringify(entry)));
    this.#lines = this.#documents.size;
    return this.#log.rewrite([...this.#documents.values()].map((put) => JSON.stringify({ put })));
  }

  #apply(entry: LogEntry<TDocument>): void {
    this.#lines++;
    if ('put' in entry) {
      this.#documents.set(entry.put.id, entry.put);
      this.#index.put(entry.put);
    } else {
      this.#documents.delete(entry.remove);
      this.#index.remove(entry.remove);
    }
  }
}

type LogEntry<TDocument> = { readonly put: TDocument } | { readonly remove: string };
