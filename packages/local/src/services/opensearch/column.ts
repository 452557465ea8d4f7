/** The values of one field that is no text, by document: what filters, sorting and aggregations read. */
import type { FieldValue } from './field-types.js';

export class Column {
  #values: (FieldValue | readonly FieldValue[] | undefined)[] = [];
  /** Equal texts are kept once. */
  #texts = new Map<string, string>();

  set(document: number, values: readonly FieldValue[]): void {
    const kept = values.map((value) => (typeof value === 'string' ? this.#shared(value) : value));
    while (this.#values.length < document) this.#values.push(undefined);
    this.#values[document] = kept.length === 1 ? kept[0] : kept;
  }

  /** Empty for a document without the field. */
  get(document: number): readonly FieldValue[] {
    const value = this.#values[document];
    if (value === undefined) return NONE;
    return typeof value === 'object' ? value : [value];
  }

  /** Gives documents new numbers; those without are forgotten. */
  compact(renumber: (document: number) => number | undefined): void {
    const before = this.#values;
    this.#values = [];
    this.#texts = new Map();
    for (const [document, value] of before.entries()) {
      const renumbered = value === undefined ? undefined : renumber(document);
      if (renumbered !== undefined) this.set(renumbered, this.#listOf(value!));
    }
  }

  #listOf(value: FieldValue | readonly FieldValue[]): readonly FieldValue[] {
    return typeof value === 'object' ? value : [value];
  }

  #shared(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}

const NONE: readonly FieldValue[] = [];
