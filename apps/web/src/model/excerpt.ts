/** A piece of a document in a narrow list: what is cut off at its end must not be the match. */

import type { TextRuns } from './document-types.js';

/** Characters before the first match that still show it. */
const LEAD = 40;

/** The runs without most of what is before the first match. */
export function startAtMatch(runs: TextRuns): TextRuns {
  const at = runs.findIndex(({ match }) => match);
  const lead = runs
    .slice(0, Math.max(0, at))
    .map(({ text }) => text)
    .join('');
  if (lead.length <= LEAD) return runs;
  const cut = lead.slice(-LEAD);
  // At a word's beginning, if there is one.
  const word = cut.indexOf(' ') + 1;
  return [{ text: `… ${cut.slice(word)}`, match: false }, ...runs.slice(at)];
}
