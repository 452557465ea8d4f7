/**
 * Highlights without HTML. OpenSearch puts tags around what matched, in the text as it is stored; tags of HTML could not be told from the
 * document's own. The tags here are two characters that Unicode keeps for private use, and are gone once a piece is cut into runs. A document
 * that has those characters itself is marked oddly and nothing worse: what a run holds is text.
 */

import type { HighlightedPiece } from '../service/search-index.js';

export const MATCH_START = '\uE000';
export const MATCH_END = '\uE001';

type Run = HighlightedPiece[number];

/** The runs of a fragment; runs of one kind are one, and none is empty. */
export function highlightedPiece(fragment: string): HighlightedPiece {
  const runs: Run[] = [];
  let match = false;
  for (const part of fragment.split(/([\uE000\uE001])/)) {
    if (part === MATCH_START || part === MATCH_END) match = part === MATCH_START;
    else if (part !== '') append(runs, { text: part, match });
  }
  return runs;
}

function append(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.match === run.match) runs[runs.length - 1] = { text: last.text + run.text, match: run.match };
  else runs.push(run);
}
