/**
 * An excerpt in runs, of which some answer: offsets are for machines, a page shows runs.
 */

export interface Run {
  text: string;
  match: boolean;
}

/** Cuts a text at the marked ranges; ranges that overlap count once, and what lies outside of the text is left out. */
export function excerptRuns(text: string, highlights: readonly { readonly begin: number; readonly end: number }[]): Run[] {
  const runs: Run[] = [];
  let at = 0;
  for (const { begin, end } of [...highlights].sort((one, other) => one.begin - other.begin)) {
    const from = Math.max(begin, at);
    if (end <= from || from >= text.length) continue;
    if (from > at) runs.push({ text: text.slice(at, from), match: false });
    runs.push({ text: text.slice(from, end), match: true });
    at = Math.min(end, text.length);
  }
  if (at < text.length) runs.push({ text: text.slice(at), match: false });
  return runs;
}
