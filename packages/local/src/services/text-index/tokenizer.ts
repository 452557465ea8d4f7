/**
 * Lucene's standard tokenizer: words by the rules of Unicode Text Segmentation (https://unicode.org/reports/tr29/#Word_Boundaries) as of
 * Unicode 12, where a colon between letters does not break. Han and Hiragana are one token per character, Katakana, Thai, Lao, Khmer and
 * Myanmar one per run, emoji are tokens. Written as one expression since `Intl.Segmenter` takes ten times as long.
 * https://docs.opensearch.org/latest/analyzers/tokenizers/standard/
 */

/** Where a token begins and ends in its text. */
export type VisitToken = (token: string, start: number, end: number) => void;

/** Longer words are cut into pieces of this many characters, as Lucene's `max_token_length`. */
const MAX_TOKEN_LENGTH = 255;

const extend = String.raw`[\p{M}\p{Cf}]*`;
const single = String.raw`[\p{sc=Han}\p{sc=Hira}]`;
const run = String.raw`[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]`;
const katakana = String.raw`[\p{sc=Kana}ー]`;
const letter = String.raw`[\p{Alphabetic}--[\p{sc=Han}\p{sc=Hira}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Kana}\p{M}]]${extend}`;
const digit = String.raw`\p{Nd}${extend}`;
/** `.`, `'` and their like stand between letters and between digits; `:` only between letters, `,` and `;` only between digits. */
const between = String.raw`['.\u2018\u2019\u2024\uFE52\uFF07\uFF0E]`;
const betweenLetters = String.raw`[\:\u00B7\u0387\u05F4\u2027\uFE13\uFE55\uFF1A]`;
const betweenDigits = String.raw`[,\;\u037E\u0589\u060C\u060D\u066C\u07F8\u2044\uFE10\uFE14]`;
const letters = `${letter}(?:${letter}|(?:${between}|${betweenLetters})(?=${letter}))*`;
const digits = String.raw`${digit}(?:${digit}|(?:${between}|${betweenDigits})(?=\p{Nd}))*`;
const word = String.raw`\p{Pc}*(?:${letters}|${digits})(?:${letters}|${digits}|\p{Pc}+)*`;
const emoji = String.raw`\p{RGI_Emoji}`;

const TOKENS = new RegExp(`${word}|${single}${extend}|${katakana}+|${run}[${run}\\p{M}]*|${emoji}`, 'gv');
/** Most texts, at four times the speed. The same rules for ASCII. */
const ASCII_TOKENS =
  /_*(?:[A-Za-z](?:[A-Za-z]|['.:](?=[A-Za-z]))*|\d(?:\d|['.,;](?=\d))*)(?:[A-Za-z](?:[A-Za-z]|['.:](?=[A-Za-z]))*|\d(?:\d|['.,;](?=\d))*|_+)*/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what makes a text ASCII
const NOT_ASCII = /[^\x00-\x7f]/;

/** Visits the words of a text in order. */
export function tokenize(text: string, visit: VisitToken): void {
  visitMatches(NOT_ASCII.test(text) ? TOKENS : ASCII_TOKENS, text, visit);
}

/** Visits what stands between spaces: the whitespace tokenizer. */
export function tokenizeByWhitespace(text: string, visit: VisitToken): void {
  visitMatches(/\S+/g, text, visit);
}

/** Visits runs of letters: the letter tokenizer. */
export function tokenizeLetters(text: string, visit: VisitToken): void {
  visitMatches(/\p{L}+/gu, text, visit);
}

function visitMatches(pattern: RegExp, text: string, visit: VisitToken): void {
  for (const match of text.matchAll(pattern)) {
    const token = match[0];
    for (let from = 0; from < token.length; from += MAX_TOKEN_LENGTH) {
      const piece = token.length <= MAX_TOKEN_LENGTH ? token : token.slice(from, from + MAX_TOKEN_LENGTH);
      visit(piece, match.index + from, match.index + from + piece.length);
    }
  }
}
