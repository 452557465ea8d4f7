/**
 * What is searched: the fields of all documents of an index, by document number. Documents are added as they are written, revealed and hidden
 * at a refresh, and renumbered when more than half of them are gone.
 */
import { analyzerOf } from '../text-index/analyzers.js';
import { TextField } from '../text-index/text-field.js';
import { Column } from './column.js';
import type { LeafField } from './field-types.js';
import type { DocumentValues } from './read-document.js';

/** A document that can be found. */
export interface FoundDocument {
  readonly id: string;
  readonly version: number;
  readonly sequenceNumber: number;
  /** JSON text. */
  readonly source: string;
}

/** Below this many it is not worth while to renumber. */
const MIN_GARBAGE = 1000;

export class FieldStore {
  readonly #texts = new Map<string, TextField>();
  readonly #columns = new Map<string, Column>();
  #documents: (FoundDocument | undefined)[] = [];
  /** 1 for documents that are searched. */
  #visible = new Uint8Array(64);
  #visibleCount = 0;
  #hiddenCount = 0;

  /** One more than the greatest document number. */
  get size(): number {
    return this.#documents.length;
  }

  get visibleCount(): number {
    return this.#visibleCount;
  }

  readonly isVisible = (document: number): boolean => this.#visible[document] === 1;

  document(number: number): FoundDocument | undefined {
    return this.#documents[number];
  }

  text(path: string): TextField | undefined {
    return this.#texts.get(path);
  }

  column(path: string): Column | undefined {
    return this.#columns.get(path);
  }

  /** Adds a document that is not visible yet. Returns its number. */
  add(document: FoundDocument, values: DocumentValues, leafOf: (path: string) => LeafField): number {
    const number = this.#documents.length;
    this.#documents.push(document);
    for (const [path, list] of values) {
      const leaf = leafOf(path);
      if (leaf.type === 'text') this.#textOf(leaf).add(number, list as readonly string[]);
      else this.#columnOf(path).set(number, list);
    }
    return number;
  }

  reveal(number: number): void {
    if (number >= this.#visible.length) this.#grow(number + 1);
    this.#visible[number] = 1;
    this.#visibleCount++;
    for (const field of this.#texts.values()) field.reveal(number);
  }

  /** Ends a document, whether it was visible or not. */
  hide(number: number): void {
    if (this.isVisible(number)) {
      this.#visible[number] = 0;
      this.#visibleCount--;
      for (const field of this.#texts.values()) field.hide(number);
    }
    this.#documents[number] = undefined;
    this.#hiddenCount++;
  }

  /** Whether most of what is kept belongs to documents that are gone. */
  get isMostlyGarbage(): boolean {
    return this.#hiddenCount > MIN_GARBAGE && this.#hiddenCount * 2 > this.size;
  }

  /** Forgets what is gone; every document must be visible or hidden. Returns the new number of a document. */
  compact(): (number: number) => number {
    const renumbered = new Map<number, number>();
    const kept = this.#documents.filter((document, number) => {
      if (document !== undefined) renumbered.set(number, renumbered.size);
      return document !== undefined;
    });
    for (const field of this.#texts.values()) field.compact((number) => renumbered.get(number));
    for (const column of this.#columns.values()) column.compact((number) => renumbered.get(number));
    this.#documents = kept;
    this.#visible = new Uint8Array(kept.length).fill(1);
    this.#hiddenCount = 0;
    return (number) => renumbered.get(number)!;
  }

  #textOf({ path, analyzer }: LeafField): TextField {
    const field = this.#texts.get(path) ?? new TextField(analyzerOf(analyzer)!);
    this.#texts.set(path, field);
    return field;
  }

  #columnOf(path: string): Column {
    const column = this.#columns.get(path) ?? new Column();
    this.#columns.set(path, column);
    return column;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#visible.length * 2));
    grown.set(this.#visible);
    this.#visible = grown;
  }
}
