/**
 * Cuts a text into passages of a size that answers a question: whole paragraphs up to about a thousand characters, and long paragraphs between
 * sentences. Nothing of the text is lost but white space between passages.
 */

/** A part of a text. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

/** About 200 words, as the passages of Kendra's Retrieve: https://docs.aws.amazon.com/kendra/latest/dg/searching-retrieve.html */
const MAX_CHARACTERS = 1_000;

/** The passages of a text in order; a text without words has none. */
export function passagesOf(text: string, maxCharacters = MAX_CHARACTERS): Passage[] {
  const passages: Passage[] = [];
  for (const piece of pieces(text, maxCharacters)) {
    const last = passages.at(-1);
    if (last !== undefined && piece.end - last.start <= maxCharacters)
      passages[passages.length - 1] = { start: last.start, end: piece.end };
    else passages.push(piece);
  }
  return passages;
}

/** Paragraphs, those that are too long in parts. */
function* pieces(text: string, maxCharacters: number): Generator<Passage> {
  for (const { 0: paragraph, index } of text.matchAll(/\S(?:.|\n(?!\s*\n))*/g)) {
    for (let start = index; start < index + paragraph.length; ) {
      const end = cut(text, { start, end: index + paragraph.length }, maxCharacters);
      const trimmed = text.slice(start, end).trim();
      if (trimmed !== '') {
        const from = text.indexOf(trimmed, start);
        yield { start: from, end: from + trimmed.length };
      }
      start = end;
    }
  }
}

/** Where a piece ends: at the last sentence that fits, else at the last space, else where it is full. */
export function cut(text: string, { start, end }: Passage, maxCharacters: number): number {
  if (end - start <= maxCharacters) return end;
  const within = text.slice(start, start + maxCharacters);
  const sentence = Math.max(0, ...[...within.matchAll(/[.!?。！？]["')\]]*\s|\n/g)].map(({ 0: mark, index }) => index + mark.length));
  if (sentence > maxCharacters / 2) return start + sentence;
  const space = within.search(/\s\S*$/);
  return start + (space > 0 ? space + 1 : within.length);
}
