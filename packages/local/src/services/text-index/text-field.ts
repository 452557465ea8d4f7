/**
 * An inverted index over one text field, or over the passages of documents. Documents are numbers that ascend; one becomes searchable when
 * it is revealed and ends when it is hidden, so that a reader sees the state of the last refresh while newer documents are added.
 */

import type { Analyzer } from './analyzers.js';
import { type FieldStatistics, inverseDocumentFrequency, termWeight } from './bm25.js';
import { IntColumn } from './int-column.js';
import { Postings, type PostingsCursor } from './postings.js';

/** Between the values of a field with several, so that no phrase reaches from one into the next. */
const GAP = 100;

export class TextField {
  readonly analyzer: Analyzer;
  #terms = new Map<string, number>();
  #postings = new Postings();
  #lengths = new IntColumn();
  #visibleDocuments = 0;
  #visibleTerms = 0;

  constructor(analyzer: Analyzer) {
    this.analyzer = analyzer;
  }

  /** Of the visible documents. */
  get statistics(): FieldStatistics {
    return { documents: this.#visibleDocuments, terms: this.#visibleTerms };
  }

  /** Every term that ever occurred. */
  terms(): Iterable<string> {
    return this.#terms.keys();
  }

  /** Adds a document that is greater than those before. It is not visible yet. */
  add(document: number, values: readonly string[]): void {
    const positions = new Map<number, number[]>();
    let base = 0;
    let length = 0;
    for (const value of values) {
      let last = 0;
      this.analyzer(value, (term, position) => {
        last = position;
        length++;
        const list = this.#listOf(term);
        const known = positions.get(list);
        if (known === undefined) positions.set(list, [base + position]);
        else known.push(base + position);
      });
      base += last + 1 + GAP;
    }
    for (const [list, at] of positions) this.#postings.append(list, document, at);
    if (length > 0) this.#lengths.set(document, length);
  }

  /** Counts a document among the visible ones. */
  reveal(document: number): void {
    this.#count(document, 1);
  }

  /** The opposite. */
  hide(document: number): void {
    this.#count(document, -1);
  }

  /** Number of terms in a document. */
  lengthOf(document: number): number {
    return this.#lengths.get(document);
  }

  /** Where a term occurs, whether visible or not; `undefined` when nowhere. */
  cursor(term: string): PostingsCursor | undefined {
    const list = this.#terms.get(term);
    return list === undefined ? undefined : this.#postings.read(list);
  }

  /** Keeps the documents that have a new number, which ascend with the old ones, and forgets the others. */
  compact(renumber: (document: number) => number | undefined): void {
    const before = { terms: this.#terms, postings: this.#postings, lengths: this.#lengths };
    this.#terms = new Map();
    this.#postings = new Postings();
    this.#lengths = new IntColumn();
    for (const [term, list] of before.terms) {
      for (const cursor = before.postings.read(list); cursor.next(); ) {
        const document = renumber(cursor.document);
        if (document !== undefined) this.#postings.append(this.#listOf(term), document, cursor.positions());
      }
    }
    for (let document = 0; document < before.lengths.length; document++) {
      const length = before.lengths.get(document);
      const renumbered = length > 0 ? renumber(document) : undefined;
      if (renumbered !== undefined) this.#lengths.set(renumbered, length);
    }
  }

  #count(document: number, by: 1 | -1): void {
    const length = this.lengthOf(document);
    if (length === 0) return;
    this.#visibleDocuments += by;
    this.#visibleTerms += by * length;
  }

  #listOf(term: string): number {
    const known = this.#terms.get(term);
    if (known !== undefined) return known;
    const list = this.#postings.create();
    // A slice of a long text keeps all of it in memory; a copy does not.
    this.#terms.set(Buffer.from(term).toString(), list);
    return list;
  }
}

/** What a field is searched in: which documents count. */
export interface Searching {
  readonly field: TextField;
  readonly isVisible: (document: number) => boolean;
}

/** The documents in which a term or phrase occurs, and how often in each. */
export interface Occurrences {
  readonly documents: number[];
  readonly frequencies: number[];
}

/** The visible documents of a term. */
export function occurrencesOf({ field, isVisible }: Searching, term: string): Occurrences {
  const documents: number[] = [];
  const frequencies: number[] = [];
  const cursor = field.cursor(term);
  while (cursor?.next()) {
    if (!isVisible(cursor.document)) continue;
    documents.push(cursor.document);
    frequencies.push(cursor.frequency);
  }
  return { documents, frequencies };
}

/** Visits what each occurrence of a term scores by BM25. @param idf @default of the field itself */
export function scoreOccurrences(
  { field }: Searching,
  { documents, frequencies }: Occurrences,
  { idf, visit }: { readonly idf?: number; readonly visit: (document: number, score: number) => void },
): void {
  const { statistics } = field;
  const rarity = idf ?? inverseDocumentFrequency(statistics.documents, documents.length);
  for (let index = 0; index < documents.length; index++) {
    const document = documents[index]!;
    visit(document, rarity * termWeight(frequencies[index]!, field.lengthOf(document), statistics));
  }
}
