/**
 * Answers questions from documents: finds the passages that have the question's words, ranked by BM25 over stems. A passage is indexed together
 * with the title of its document, and a document counts by its best passage. What is put in is found at once.
 */
import { english, termsOf } from './analyzers.js';
import { inverseDocumentFrequency } from './bm25.js';
import { type Passage, passagesOf } from './passages.js';
import { questionTerms } from './question.js';
import { occurrencesOf, scoreOccurrences, TextField } from './text-field.js';

/** What is indexed of a document. */
export interface PassageSource {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A passage that may answer. */
export interface RankedPassage<TDocument extends PassageSource> {
  readonly document: TDocument;
  readonly passage: Passage;
  readonly score: number;
  /** Which part of the question the passage and its title have, by the rarity of the words: 0 to 1. */
  readonly coverage: number;
}

interface IndexedPassage<TDocument> {
  readonly document: TDocument;
  readonly passage: Passage;
}

/** Below this many it is not worth while to renumber. */
const MIN_GARBAGE = 1_000;

export class PassageIndex<TDocument extends PassageSource> {
  #passages: (IndexedPassage<TDocument> | undefined)[] = [];
  readonly #numbers = new Map<string, readonly number[]>();
  readonly #texts = new TextField(english);
  readonly #titles = new TextField(english);
  #garbage = 0;

  /** Adds a document, or replaces the one of its id. */
  put(document: TDocument): void {
    this.remove(document.id);
    const passages = passagesOf(document.text);
    // A document without text is found by its title.
    const list = passages.length > 0 ? passages : [{ start: 0, end: 0 }];
    this.#numbers.set(
      document.id,
      list.map((passage) => this.#add({ document, passage })),
    );
  }

  /** Removes a document if it is there. */
  remove(id: string): void {
    const numbers = this.#numbers.get(id) ?? [];
    for (const number of numbers) {
      this.#texts.hide(number);
      this.#titles.hide(number);
      this.#passages[number] = undefined;
    }
    this.#numbers.delete(id);
    this.#garbage += numbers.length;
    if (this.#garbage > MIN_GARBAGE && this.#garbage * 2 > this.#passages.length) this.#compact();
  }

  /** Every passage that has a word of the question, the best first. */
  rank(question: string, accepts: (document: TDocument) => boolean = () => true): RankedPassage<TDocument>[] {
    const terms = questionTerms(question);
    const found = new Map<number, { score: number; covered: number }>();
    let whole = 0;
    for (const term of terms) whole += this.#score(term, found);
    return [...found]
      .flatMap(([number, { score, covered }]) => {
        const passage = this.#passages[number];
        return passage !== undefined && accepts(passage.document) ? [{ ...passage, score, coverage: covered / whole }] : [];
      })
      .sort((left, right) => right.score - left.score || left.passage.start - right.passage.start);
  }

  /** Adds a term's share to every passage that has it in text or title. Returns how much the term weighs. */
  #score(term: string, found: Map<number, { score: number; covered: number }>): number {
    const fields = [this.#texts, this.#titles].map((field) => ({
      field,
      isVisible: (number: number) => this.#passages[number] !== undefined,
    }));
    const occurrences = fields.map((field) => occurrencesOf(field, term));
    const having = new Set(occurrences.flatMap(({ documents }) => documents));
    const idf = inverseDocumentFrequency(Math.max(this.#visibleCount, having.size), having.size);
    for (const number of having) {
      const entry = found.get(number) ?? { score: 0, covered: 0 };
      entry.covered += idf;
      found.set(number, entry);
    }
    for (const [index, field] of fields.entries()) {
      scoreOccurrences(field, occurrences[index]!, {
        idf,
        visit: (number, score) => {
          found.get(number)!.score += score * (field.field === this.#titles ? TITLE_WEIGHT : 1);
        },
      });
    }
    return idf;
  }

  get #visibleCount(): number {
    return this.#passages.length - this.#garbage;
  }

  #add(indexed: IndexedPassage<TDocument>): number {
    const number = this.#passages.length;
    const { document, passage } = indexed;
    this.#passages.push(indexed);
    this.#texts.add(number, [document.text.slice(passage.start, passage.end)]);
    this.#titles.add(number, [document.title]);
    this.#texts.reveal(number);
    this.#titles.reveal(number);
    return number;
  }

  #compact(): void {
    const renumbered = new Map<number, number>();
    const kept = this.#passages.filter((passage, number) => {
      if (passage !== undefined) renumbered.set(number, renumbered.size);
      return passage !== undefined;
    });
    this.#texts.compact((number) => renumbered.get(number));
    this.#titles.compact((number) => renumbered.get(number));
    for (const [id, numbers] of this.#numbers)
      this.#numbers.set(
        id,
        numbers.map((number) => renumbered.get(number)!),
      );
    this.#passages = kept;
    this.#garbage = 0;
  }
}

/** How much a word of the title counts beside one of the text. */
const TITLE_WEIGHT = 1;

/** Where words of the question stand in a text. */
export function marksIn(text: string, question: string): { readonly begin: number; readonly end: number }[] {
  const wanted = new Set(questionTerms(question));
  return termsOf(english, text)
    .filter(({ term }) => wanted.has(term))
    .map(({ start, end }) => ({ begin: start, end }));
}

/** The part of a passage, up to a number of characters, that has the most words of the question. */
export function excerptOf(text: string, { start, end }: Passage, question: string, maxCharacters: number): Passage {
  const candidates = passagesOf(text.slice(start, end), maxCharacters).map((part) => ({
    start: start + part.start,
    end: start + part.end,
  }));
  const [first = { start, end }] = candidates;
  let best = { part: first, words: -1 };
  for (const part of candidates) {
    const piece = text.slice(part.start, part.end);
    const words = new Set(marksIn(piece, question).map(({ begin, end: until }) => piece.slice(begin, until).toLowerCase())).size;
    if (words > best.words) best = { part, words };
  }
  return best.part;
}
