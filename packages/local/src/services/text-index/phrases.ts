/** Finds phrases: terms that stand next to each other in the order given. Each place may have several terms, for a last word that goes on. */
import { type Occurrences, occurrencesOf, type Searching } from './text-field.js';

/** Terms by their offset in the phrase: any of them may stand there. */
export interface PhrasePart {
  readonly offset: number;
  readonly terms: readonly string[];
}

/** The visible documents that have a phrase, and how often. */
export function phraseOccurrences(searching: Searching, parts: readonly PhrasePart[]): Occurrences {
  const [first, ...others] = parts.map((part) => placesOf(searching, part));
  if (first === undefined) return { documents: [], frequencies: [] };
  if (others.length === 0 && parts[0]!.terms.length === 1) return occurrencesOf(searching, parts[0]!.terms[0]!);
  const found: Occurrences = { documents: [], frequencies: [] };
  for (const [document, starts] of first) {
    let left: ReadonlySet<number> = starts;
    for (const places of others) {
      const here = places.get(document);
      left = here === undefined ? EMPTY : intersection(left, here);
      if (left.size === 0) break;
    }
    if (left.size === 0) continue;
    found.documents.push(document);
    found.frequencies.push(left.size);
  }
  return found;
}

const EMPTY: ReadonlySet<number> = new Set();

/** Per document where the phrase would start for the part to stand in its place. */
function placesOf({ field, isVisible }: Searching, { offset, terms }: PhrasePart): Map<number, Set<number>> {
  const places = new Map<number, Set<number>>();
  for (const term of terms) {
    const cursor = field.cursor(term);
    while (cursor?.next()) {
      if (!isVisible(cursor.document)) continue;
      const starts = places.get(cursor.document) ?? new Set();
      for (const position of cursor.positions()) starts.add(position - offset);
      places.set(cursor.document, starts);
    }
  }
  return places;
}

function intersection(left: ReadonlySet<number>, right: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...left].filter((value) => right.has(value)));
}
