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

/** Made at the first text that needs it: V8 takes 80 ms. */
let tokens: RegExp | undefined;
function tokensOf(text: string): IterableIterator<RegExpExecArray> {
  tokens ??= new RegExp(`${word}|${single}${extend}|${katakana}+|${run}[${run}\\p{M}]*|${emoji}`, 'gv');
  return text.matchAll(tokens);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: from a character that is not ASCII up to a space
const NOT_ASCII = /[^\x00-\x7f][^\x00-\x20]*/g;

/**
 * Visits the words of a text in order. No word reaches over a space, so only words with a character that is not ASCII need the expression;
 * the rest is read character by character, ten times as fast.
 */
export function tokenize(text: string, visit: VisitToken): void {
  let at = 0;
  for (const { 0: rest, index } of text.matchAll(NOT_ASCII)) {
    let start = index;
    while (start > at && text.charCodeAt(start - 1) > SPACE) start--;
    tokenizeAscii(text, { start: at, end: start }, visit);
    at = index + rest.length;
    for (const match of tokensOf(text.slice(start, at))) visitPieces(match[0], start + match.index, visit);
  }
  tokenizeAscii(text, { start: at, end: text.length }, visit);
}

const SPACE = 0x20;

const [LETTER, DIGIT, JOINS] = [1, 2, 3];
/** What each ASCII character is: 0 for one that ends a word. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return LETTER;
  if (/\d/.test(character)) return DIGIT;
  return character === '_' ? JOINS : 0;
});

/** The same rules for ASCII. */
function tokenizeAscii(text: string, { start, end }: { readonly start: number; readonly end: number }, visit: VisitToken): void {
  let at = start;
  while (at < end) {
    if (CLASSES[text.charCodeAt(at)] === 0) {
      at++;
      continue;
    }
    const from = at;
    let isWord = false;
    for (; at < end; at++) {
      const kind = CLASSES[text.charCodeAt(at)];
      if (kind === 0 && !isBetween(text, at, end)) break;
      if (kind === LETTER || kind === DIGIT) isWord = true;
    }
    if (isWord) visitPieces(text.slice(from, at), from, visit);
  }
}

/** Whether a mark stands between two letters or two digits that it joins. */
function isBetween(text: string, at: number, end: number): boolean {
  const mark = text[at]!;
  const before = CLASSES[text.charCodeAt(at - 1)];
  if (at + 1 >= end || before !== CLASSES[text.charCodeAt(at + 1)]) return false;
  if (mark === '.' || mark === "'") return before === LETTER || before === DIGIT;
  return mark === ':' ? before === LETTER : (mark === ',' || mark === ';') && before === DIGIT;
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
  for (const match of text.matchAll(pattern)) visitPieces(match[0], match.index, visit);
}

function visitPieces(token: string, start: number, visit: VisitToken): void {
  if (token.length <= MAX_TOKEN_LENGTH) {
    visit(token, start, start + token.length);
    return;
  }
  for (let from = 0; from < token.length; from += MAX_TOKEN_LENGTH) {
    const piece = token.slice(from, from + MAX_TOKEN_LENGTH);
    visit(piece, start + from, start + from + piece.length);
  }
}
